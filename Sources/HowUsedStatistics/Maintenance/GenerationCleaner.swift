import HowUsedModel
import NIOCore
import Redis

/// Removes counters that nobody looks at any more.
struct GenerationCleaner {
  let client: RedisClient
  let keys: StatisticsKeys

  /// What a rebuild that was killed has left.
  func removeLeftovers() async throws {
    let pairs = try await client.send("HGETALL", keys.rebuildGenerations).array ?? []
    var old: [(bot: BotID, generation: Int64)] = []
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      guard let bot = pairs[index].int.flatMap({ BotID(rawValue: $0) }), let generation = pairs[index + 1].int else {
        continue
      }
      let living = try await client.send("HGET", keys.generations, bot.rawValue).int
      if living != generation { old.append((bot, generation)) }
    }
    try await remove(old)
    try await client.send("DEL", keys.rebuildPosition, keys.rebuildGenerations)
  }

  /// Removes these generations in one walk over the partition's keys.
  func remove(_ generations: [(bot: BotID, generation: Int64)]) async throws {
    guard !generations.isEmpty else { return }
    let prefixes = Set(generations.map { keys.generation($0.bot, $0.generation) })
    try await removeKeys { name in
      guard let end = Self.endOfGeneration(name, after: keys.prefix.utf8.count) else { return false }
      return prefixes.contains(String(decoding: name[..<end], as: UTF8.self))
    }
  }

  /// Removes all that is kept of a bot.
  func removeAll(of bot: BotID) async throws {
    let prefix = Array(keys.bot(bot).utf8)
    try await removeKeys { $0.starts(with: prefix) }
    for key in keys.byBot { try await client.send("HDEL", key, bot.rawValue) }
  }

  private func removeKeys(where isOld: ([UInt8]) -> Bool) async throws {
    var cursor = "0"
    // The braces of the hash tag mean nothing to MATCH.
    repeat {
      let reply = try await client.send("SCAN", cursor, "MATCH", keys.prefix + "*", "COUNT", 1000)
      guard let parts = reply.array, parts.count == 2, let next = parts[0].string else { return }
      var unlink = RedisCommand("UNLINK")
      for name in (parts[1].array ?? []).compactMap(\.bytes) where isOld(Array(name.readableBytesView)) {
        unlink.append(name)
      }
      if unlink.count > 1 { try await client.send(unlink) }
      cursor = next
    } while cursor != "0"
  }

  /// Behind the second colon after the prefix: `hu:{p07}:stats:` + `bot:generation:`.
  private static func endOfGeneration(_ name: [UInt8], after start: Int) -> Int? {
    guard name.count > start, let first = name[start...].firstIndex(of: UInt8(ascii: ":")),
      let second = name[(first + 1)...].firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    return second + 1
  }
}
