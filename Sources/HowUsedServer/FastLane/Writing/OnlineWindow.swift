import NIOCore
import Redis

/// The commands on a bot's online set: a sorted set of user ids by when they were last seen, in Redis's milliseconds.
enum OnlineWindow {
  /// The longest window that can be asked for, in milliseconds: what is older is of no use to anyone.
  static let kept: Int64 = 600_000
  /// How often a bot's set is trimmed and its expiry renewed, in milliseconds.
  static let trimInterval: Int64 = 5_000
  static let trimCommands = 2

  /// Users seen in `since` … now. A read: it never writes.
  static func writeCount(key: ByteBuffer, since: Int64, to out: inout ByteBuffer) {
    out.writeRESPArrayHeader(4)
    out.writeRESPBulk("ZCOUNT" as StaticString)
    out.writeRESPBulk(key)
    out.writeRESPBulk(since)
    out.writeRESPBulk("+inf" as StaticString)
  }

  /// Forgets who wasn't seen in the longest window, and lets the whole set expire after it: a silent bot costs nothing.
  static func writeTrim(key: ByteBuffer, now: Int64, to out: inout ByteBuffer) {
    out.writeRESPArrayHeader(4)
    out.writeRESPBulk("ZREMRANGEBYSCORE" as StaticString)
    out.writeRESPBulk(key)
    out.writeRESPBulk("-inf" as StaticString)
    out.writeRESPBulk(now - kept - 1)
    out.writeRESPArrayHeader(3)
    out.writeRESPBulk("PEXPIRE" as StaticString)
    out.writeRESPBulk(key)
    out.writeRESPBulk(kept + 2 * trimInterval)
  }
}
