import Redis

/// A Lua script that is sent in full only when Redis doesn't have it yet (a new Redis, or one that was restarted).
struct StatisticsScript: Sendable {
  let text: String

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
