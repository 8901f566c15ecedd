package import HowUsedModel
package import NIOCore
package import Redis

/// Who uses a bot: a sorted set (``KeySchema/online(_:)``) of user ids by when each was last seen, in Unix milliseconds of
/// Redis's clock. What is done with it:
///
///     ZADD KEYS[1] GT TIME USER [TIME USER …]   someone is seen; GT: what comes late makes nobody seen longer ago
///     ZCOUNT KEYS[1] SINCE +inf                 how many were seen since then; a read that never writes
///     ZREMRANGEBYSCORE KEYS[1] -inf BEFORE      forgets whom nobody can ask for any more
///     PEXPIRE KEYS[1] MILLISECONDS              forgets all of them in the end: a silent bot costs nothing
package struct OnlineSet: Sendable {
  /// The longest window that can be asked for, in milliseconds: who was seen before it is of no use to anyone.
  package static let longestWindow = Int64(Limits.onlineSeconds.upperBound) * 1000
  /// How often who writes trims a set, in milliseconds.
  package static let trimInterval: Int64 = 5_000

  private let key: ByteBuffer

  package init(_ keys: KeySchema, _ bot: BotID) { key = ByteBuffer(string: keys.online(bot)) }

  // MARK: Commands

  /// - Parameter seen: at least one.
  package func add(_ seen: [(user: Int64, time: Int64)]) -> RedisCommand {
    RedisCommand(count: Self.addArguments(users: seen.count)) { out in
      out.writeCommands(makeAddHead())
      for (user, time) in seen {
        out.writeRESPBulk(time)
        out.writeRESPBulk(user)
      }
    }
  }

  /// - Parameter window: seconds before `now`.
  package func count(window: Int, now: Int64) -> RedisCommand {
    RedisCommand(count: Self.countArguments) { writeCountArguments(window, now, to: &$0) }
  }

  /// How many commands ``trim(now:)`` has.
  package static let trimCount = 3

  /// The last one's reply is how many users are left.
  package func trim(now: Int64) -> [RedisCommand] {
    [
      RedisCommand("ZREMRANGEBYSCORE", key, "-inf", now - Self.longestWindow - 1),
      RedisCommand("PEXPIRE", key, Self.longestWindow + 2 * Self.trimInterval),
      RedisCommand("ZCARD", key),
    ]
  }

  // MARK: For who writes many

  /// How many arguments ``add(_:)`` has.
  package static func addArguments(users: Int) -> Int { 3 + 2 * users }

  /// ``add(_:)`` behind the number of its arguments and before the first time.
  package func makeAddHead() -> CommandBytes {
    var head = CommandBytes(capacity: 96)
    head.appendBulk("ZADD")
    key.withUnsafeReadableBytes { head.appendBulk($0) }
    head.appendBulk("GT")
    return head
  }

  /// As ``count(window:now:)``, without a copy.
  package func writeCount(window: Int, now: Int64, to out: inout ByteBuffer) {
    out.writeRESPArrayHeader(Self.countArguments)
    writeCountArguments(window, now, to: &out)
  }

  private static let countArguments = 4

  private func writeCountArguments(_ window: Int, _ now: Int64, to out: inout ByteBuffer) {
    out.writeRESPBulk("ZCOUNT" as StaticString)
    out.writeRESPBulk(key)
    out.writeRESPBulk(now - Int64(window) * 1000)
    out.writeRESPBulk("+inf" as StaticString)
  }
}
