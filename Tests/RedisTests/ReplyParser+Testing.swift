@testable import Redis

extension ReplyParser {
  mutating func feed(_ bytes: some Collection<UInt8>, _ body: (borrowing RedisReply) -> Bool) throws {
    try Array(bytes).withUnsafeBytes { try read($0, body) }
  }

  /// The replies that `bytes` completes.
  mutating func replies(_ bytes: some Collection<UInt8>) throws -> [String] {
    var texts: [String] = []
    try feed(bytes) { reply in
      texts.append(ReplyLog.text(RedisValue(reply)))
      return true
    }
    return texts
  }
}
