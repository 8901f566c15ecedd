package import HowUsedModel
package import HowUsedStore
package import Redis

/// Reads the online counts of all bots that somebody looks at.
struct LiveCounts: Sendable {
  let client: RedisClient
  let keys: KeySchema

  /// About how many commands go to Redis at once.
  private static let chunk = 128

  /// Calls `body` with each bot's online counts by window: the standard ones, and those that are asked for.
  /// - Parameters:
  ///   - windows: seconds, by bot.
  ///   - now: unix milliseconds, the same for all.
  ///   - body: not called for a bot that Redis had an error for, such as when it is loading.
  /// - Throws: `RedisClientError`. Then some bots are left out.
  func read(_ windows: [BotID: [Int]], now: Int64, _ body: (BotID, [Int: Int64]) -> Void) async throws {
    var part: [(bot: BotID, windows: [Int])] = []
    var count = 0
    for (bot, more) in windows {
      let all = LiveHub.windows + Set(more).subtracting(LiveHub.windows)
      part.append((bot, all))
      count += all.count
      if count >= Self.chunk {
        try await read(part, now, body)
        part = []
        count = 0
      }
    }
    if !part.isEmpty { try await read(part, now, body) }
  }

  private func read(
    _ bots: [(bot: BotID, windows: [Int])],
    _ now: Int64,
    _ body: (BotID, [Int: Int64]) -> Void
  ) async throws {
    let commands = bots.flatMap { bot, windows in
      windows.map { OnlineSet(keys, bot).count(window: $0, now: now) }
    }
    var replies = try await client.pipeline(commands, timeout: .seconds(1))[...]
    for (bot, windows) in bots {
      let counts = zip(windows, replies.prefix(windows.count)).compactMap { window, reply in
        reply.int.map { (window, $0) }
      }
      replies = replies.dropFirst(windows.count)
      if counts.count == windows.count { body(bot, Dictionary(uniqueKeysWithValues: counts)) }
    }
  }
}

/// Reads how many users are online.
package struct OnlineReader: Sendable {
  private let client: RedisClient
  private let keys: KeySchema

  package init(client: RedisClient, keys: KeySchema) {
    self.client = client
    self.keys = keys
  }

  /// The number of users seen within each of the windows (seconds), all asked for at once.
  /// - Parameter now: Redis's time, in Unix milliseconds.
  package func counts(_ bot: BotID, windows: [Int], now: Int64) async throws -> [Int64] {
    let online = OnlineSet(keys, bot)
    let replies = try await client.pipeline(windows.map { online.count(window: $0, now: now) })
    return try replies.map { reply in
      if let error = reply.error { throw error }
      return reply.int ?? 0
    }
  }
}
