package import Redis

/// What a Redis above its `maxmemory` is asked for all the same: small writes without which nothing would be archived, and
/// so nothing trimmed.
extension RedisClient {
  /// Sends a write to one key; to a Redis that refuses it for lack of memory once more, by a script that may.
  ///
  /// - Throws: as ``RedisClient/send(_:_:)``. Before Redis 7 scripts have no flags, and the refusal is thrown.
  @discardableResult
  package func sendEvenIfFull(
    _ name: String,
    _ key: String,
    _ arguments: any RedisArgument...
  ) async throws -> RedisValue {
    let words: [any RedisArgument] = [name, key] + arguments
    do {
      return try await send(RedisCommand(words))
    } catch let refusal as RedisServerError where refusal.code == "OOM" {
      do {
        return try await send(RedisCommand(["EVAL", Self.script, 1, key] + words))
      } catch is RedisServerError {
        throw refusal
      }
    }
  }

  /// The flag: redis.io/docs/latest/develop/interact/programmability/lua-api, "Script flags". It has no file of its own as
  /// it says nothing but that.
  private static let script = "#!lua flags=allow-oom\nreturn redis.call(unpack(ARGV))"
}
