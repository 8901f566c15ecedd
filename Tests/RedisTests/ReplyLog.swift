import NIOCore
import Redis

/// Writes down what it's told: `tag.index=value` and `tag!error`.
final class ReplyLog: RedisReplyHandler {
  private(set) var lines: [String] = []
  /// Called after each line.
  var onLine: ((String) -> Void)?

  func redisReplied(_ reply: borrowing RedisReply, index: Int, tag: UInt64) {
    add("\(tag).\(index)=\(Self.text(RedisValue(reply)))")
  }

  func redisFailed(_ error: RedisClientError, tag: UInt64) {
    add("\(tag)!\(error)")
  }

  private func add(_ line: String) {
    lines.append(line)
    onLine?(line)
  }

  static func text(_ value: RedisValue) -> String {
    switch value {
    case .simple(let text): "+\(text)"
    case .error(let error): "-\(error)"
    case .integer(let number): ":\(number)"
    case .bulk(let bytes): "\"\(String(buffer: bytes))\""
    case .null: "null"
    case .array(let elements): "[\(elements.map(text).joined(separator: " "))]"
    }
  }
}
