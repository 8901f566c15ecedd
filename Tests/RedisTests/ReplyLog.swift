import NIOCore
import Redis

/// Writes down what the handlers that it made are told: `tag.index=value` and `tag!error`.
final class ReplyLog {
  private(set) var lines: [String] = []
  /// Called after each line.
  var onLine: ((String) -> Void)?

  /// One request's handler.
  final class Entry: RedisReplyHandler {
    let tag: UInt64
    private let log: ReplyLog

    fileprivate init(_ tag: UInt64, _ log: ReplyLog) { (self.tag, self.log) = (tag, log) }

    func redisReplied(_ reply: borrowing RedisReply, index: Int) {
      log.add("\(tag).\(index)=\(ReplyLog.text(RedisValue(reply)))")
    }

    func redisFailed(_ error: RedisClientError) { log.add("\(tag)!\(error)") }
  }

  func entry(_ tag: UInt64) -> Entry { Entry(tag, self) }

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
