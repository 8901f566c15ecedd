package import NIOCore

/// What a client is told when its request is refused: the Telegram Bot API's shape, which these developers know.
package struct RequestError: Error, Sendable, Equatable {
  package var code: ErrorCode { details.code }
  /// The request's field that was wrong, if it was one.
  package var field: String? { details.field }
  /// For a person: what was wrong and what would be right, after the status's words. Never holds a token.
  package var description: String { details.description }
  /// Seconds, for the `Retry-After` header and `parameters.retry_after`.
  package var retryAfter: Int? { details.retryAfter }
  /// The value of the `Allow` header.
  package var allow: String? { details.allow }
  /// The bad items of a refused batch, the first ``Limits/reportedItems`` of them.
  package var items: [ItemError] { details.items }

  /// The HTTP status.
  package var status: Int { code.status }

  /// Behind one reference, so that what may hold an error but rarely does stays small and quick to copy.
  private final class Details: Sendable {
    let code: ErrorCode
    let field: String?
    let description: String
    let retryAfter: Int?
    let allow: String?
    let items: [ItemError]

    init(
      _ code: ErrorCode,
      _ field: String?,
      _ description: String,
      _ retryAfter: Int?,
      _ allow: String?,
      _ items: [ItemError]
    ) {
      self.code = code
      self.field = field
      self.description = description
      self.retryAfter = retryAfter
      self.allow = allow
      self.items = items
    }
  }

  private let details: Details

  /// `detail` follows the status's words: "Bad Request: " + detail.
  package init(
    _ code: ErrorCode,
    field: String? = nil,
    _ detail: String,
    retryAfter: Int? = nil,
    allow: String? = nil,
    items: [ItemError] = []
  ) {
    let description = detail.isEmpty ? code.reason : "\(code.reason): \(detail)"
    details = Details(code, field, description, retryAfter, allow, items)
  }

  package static func == (left: RequestError, right: RequestError) -> Bool {
    left.code == right.code && left.field == right.field && left.description == right.description
      && left.retryAfter == right.retryAfter && left.allow == right.allow && left.items == right.items
  }

  /// The same answer for an unknown bot and for a wrong token, so that bots can't be enumerated.
  package static var unauthorized: RequestError {
    RequestError(.unauthorized, "unknown botId or wrong apiToken")
  }

  /// Tells nothing about any bot.
  package static var missingToken: RequestError {
    RequestError(.unauthorized, field: "apiToken", "apiToken is missing; it must be the bot's API token")
  }

  /// Only who has the view token is told so.
  package static var viewTokenOnlyReads: RequestError {
    RequestError(.unauthorized, field: "apiToken", "this is the bot's view token; events need its API token")
  }

  package static var notFound: RequestError {
    RequestError(.notFound, "the API is at POST /api")
  }

  package static func methodNotAllowed(allow: String) -> RequestError {
    RequestError(.methodNotAllowed, "use \(allow)", allow: allow)
  }

  package static var payloadTooLarge: RequestError {
    RequestError(.payloadTooLarge, "the body may have \(Limits.bodyBytes) bytes")
  }

  package static var unsupportedMediaType: RequestError {
    RequestError(
      .unsupportedMediaType,
      "send application/json, application/x-www-form-urlencoded or multipart/form-data"
    )
  }

  package static func tooManyRequests(retryAfter: Int) -> RequestError {
    RequestError(.tooManyRequests, "the bot sends more events a second than this server allows", retryAfter: retryAfter)
  }

  /// Nothing was stored; sending the same again is right.
  package static func redisUnavailable(retryAfter: Int = 1) -> RequestError {
    RequestError(.redisUnavailable, "storage is not reachable; nothing was stored", retryAfter: retryAfter)
  }

  /// The write was sent and no reply came.
  package static func outcomeUnknown(retryAfter: Int = 1) -> RequestError {
    RequestError(.outcomeUnknown, "storage did not confirm; the event may have been stored", retryAfter: retryAfter)
  }

  /// A queue is full or memory is at its high-water mark. Nothing was stored.
  package static func overloaded(retryAfter: Int = 1) -> RequestError {
    RequestError(.overloaded, "too much is waiting; nothing was stored", retryAfter: retryAfter)
  }

  /// The body of the answer, one JSON object.
  package func writeJSON(to buffer: inout ByteBuffer) {
    buffer.writeString(#"{"ok":false,"error_code":\#(status),"error":"\#(code.rawValue)""#)
    if let field { buffer.writeMember("field", field) }
    buffer.writeMember("description", description)
    if let retryAfter { buffer.writeString(#","parameters":{"retry_after":\#(retryAfter)}"#) }
    if !items.isEmpty {
      buffer.writeString(#","errors":["#)
      for (place, item) in items.enumerated() {
        buffer.writeString(#"\#(place == 0 ? "" : ","){"index":\#(item.index)"#)
        if let field = item.field { buffer.writeMember("field", field) }
        buffer.writeMember("error", item.code.rawValue)
        buffer.writeMember("description", item.description)
        buffer.writeString("}")
      }
      buffer.writeString("]")
    }
    buffer.writeString("}")
  }

  package var json: String {
    var buffer = ByteBuffer()
    writeJSON(to: &buffer)
    return String(buffer: buffer)
  }
}

extension ByteBuffer {
  /// A member behind others.
  fileprivate mutating func writeMember(_ key: String, _ text: String) {
    writeString(#","\#(key)":"#)
    writeJSON(text: text)
  }
}

/// What was wrong with one item of a batch: the first thing found.
package struct ItemError: Sendable, Equatable {
  /// Its place in `events`, from 0.
  package let index: Int
  package let field: String?
  package let code: ErrorCode
  package let description: String
}

/// A client's own text as an error may show it back.
enum Excerpt {
  private static let scalars = 24

  /// At most 24 characters, with anything that isn't printable replaced.
  static func of(_ bytes: UnsafeRawBufferPointer) -> String {
    // A scalar is at most 4 bytes, so that these hold all that is shown.
    let text = String(decoding: bytes.prefix(4 * (scalars + 1)), as: UTF8.self).unicodeScalars
    var shown = String.UnicodeScalarView()
    for scalar in text.prefix(scalars) {
      let isPrintable =
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      shown.append(isPrintable ? scalar : "\u{FFFD}")
    }
    return String(shown) + (text.count > scalars ? "…" : "")
  }
}
