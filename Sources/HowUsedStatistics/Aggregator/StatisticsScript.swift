import Redis

/// A Lua script that is sent in full only when Redis doesn't have it yet (a new Redis, or one that was restarted).
struct StatisticsScript: Sendable {
  let text: String

  /// For scripts that call a command with any number of arguments, which Lua can't pass all at once.
  static let helpers = """
    local CHUNK = 2000
    local function chunks(command, key, list, from, to)
      local changed = 0
      for first = from, to, CHUNK do
        changed = changed + call(command, key, unpack(list, first, math.min(first + CHUNK - 1, to)))
      end
      return changed
    end
    local function set(key, pairs)
      for first = 1, #pairs, CHUNK do call('HSET', key, unpack(pairs, first, math.min(first + CHUNK - 1, #pairs))) end
    end
    """

  /// Runs it. `complete` appends the arguments: number of keys, keys, others.
  func run(
    on client: RedisClient,
    hash: inout String?,
    _ complete: (inout RedisCommand) -> Void
  ) async throws -> RedisValue {
    if hash == nil { hash = try await client.send("SCRIPT", "LOAD", text).string }
    do {
      return try await evaluate(on: client, hash, complete)
    } catch let error as RedisServerError where error.code == "NOSCRIPT" {
      hash = try await client.send("SCRIPT", "LOAD", text).string
      return try await evaluate(on: client, hash, complete)
    }
  }

  private func evaluate(
    on client: RedisClient,
    _ hash: String?,
    _ complete: (inout RedisCommand) -> Void
  ) async throws -> RedisValue {
    var command = RedisCommand("EVALSHA", hash ?? "")
    complete(&command)
    return try await client.send(command)
  }
}
