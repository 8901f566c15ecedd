package import NIOCore

/// A reply that is kept.
package enum RedisValue: Sendable, Hashable {
  case simple(String)
  case error(RedisServerError)
  case integer(Int64)
  case bulk(ByteBuffer)
  case null
  case array([RedisValue])

  package init(_ reply: borrowing RedisReply) {
    switch reply.kind {
    case .string: self = .bulk(reply.withBytes { ByteBuffer(bytes: $0) })
    case .status: self = .simple(reply.string ?? "")
    case .error: self = .error(RedisServerError(message: reply.string ?? ""))
    case .integer: self = .integer(reply.integer ?? 0)
    case .null: self = .null
    case .array:
      var elements: [RedisValue] = []
      elements.reserveCapacity(reply.count)
      reply.forEach { elements.append(RedisValue($0)) }
      self = .array(elements)
    }
  }

  /// The text of a string or status, with U+FFFD in place of what isn't UTF-8; nil for every other kind.
  package var string: String? {
    switch self {
    case .simple(let text): text
    case .bulk(let bytes): String(buffer: bytes)
    default: nil
    }
  }

  /// The bytes of a string or status; nil for every other kind.
  package var bytes: ByteBuffer? {
    switch self {
    case .simple(let text): ByteBuffer(string: text)
    case .bulk(let bytes): bytes
    default: nil
    }
  }

  /// An integer, or a string or status that is the decimal text of one; nil for everything else.
  package var int: Int64? {
    if case .integer(let value) = self { return value }
    return string.flatMap { Int64($0) }
  }

  package var array: [RedisValue]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// The values by the names before them, where an array is a list of both by turns (XINFO, CONFIG GET); empty for every
  /// other kind.
  package var fields: [String: RedisValue] {
    guard let elements = array else { return [:] }
    var fields: [String: RedisValue] = [:]
    for index in stride(from: 0, to: elements.count - 1, by: 2) {
      if let name = elements[index].string { fields[name] = elements[index + 1] }
    }
    return fields
  }

  package var error: RedisServerError? {
    if case .error(let error) = self { return error }
    return nil
  }

  package var isNull: Bool { self == .null }
}

/// An error that Redis answered with. The command had no effect, unless its documentation says otherwise.
package struct RedisServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The whole line without its `-`, such as `WRONGTYPE Operation against a key holding the wrong kind of value`.
  package let message: String

  package init(message: String) {
    self.message = message
  }

  /// The first word, such as `OOM`, `LOADING`, `MISCONF`, `READONLY` or `ERR`.
  package var code: String {
    String(message.prefix { $0 != " " })
  }

  package var description: String { message }
}
