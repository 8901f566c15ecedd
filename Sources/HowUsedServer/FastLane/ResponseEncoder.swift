import HowUsedModel
import NIOCore
import NIOHTTP1

/// Writes answers as HTTP. What is said often is encoded once: `{"ok":true}` and the latest online count.
struct ResponseEncoder {
  private var date: String
  private var ok: ByteBuffer
  private var okAndClose: ByteBuffer
  private var online: (count: Int64, bytes: ByteBuffer)?

  /// - Parameter now: Unix seconds.
  init(now: Int64) {
    date = HTTPDate.format(now)
    ok = Self.encode(.ok, date: date, closes: false)
    okAndClose = Self.encode(.ok, date: date, closes: true)
  }

  /// The `Date` field is kept up to the second (RFC 9110, 6.6.1).
  mutating func setDate(_ now: Int64) {
    self = ResponseEncoder(now: now)
  }

  /// A whole response.
  ///
  /// - Parameter closes: it is the connection's last, and says so.
  mutating func bytes(of answer: APIAnswer, closes: Bool) -> ByteBuffer {
    switch answer {
    case .ok: return closes ? okAndClose : ok
    case .online(let count) where !closes:
      if let online, online.count == count { return online.bytes }
      let bytes = Self.encode(answer, date: date, closes: false)
      online = (count, bytes)
      return bytes
    default: return Self.encode(answer, date: date, closes: closes)
    }
  }

  private static func encode(_ answer: APIAnswer, date: String, closes: Bool) -> ByteBuffer {
    let body = body(of: answer)
    var bytes = ByteBuffer()
    bytes.reserveCapacity(160 + body.readableBytes)
    let status = status(of: answer)
    bytes.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
    for (name, value) in fields(of: answer, length: body.readableBytes, date: date, closes: closes) {
      bytes.writeString("\(name): \(value)\r\n")
    }
    bytes.writeString("\r\n")
    bytes.writeImmutableBuffer(body)
    return bytes
  }

  /// The same for SwiftNIO's encoder.
  func parts(of answer: APIAnswer, closes: Bool) -> (HTTPResponseStatus, HTTPHeaders, ByteBuffer) {
    let body = Self.body(of: answer)
    let fields = Self.fields(of: answer, length: body.readableBytes, date: date, closes: closes)
    return (Self.status(of: answer), HTTPHeaders(fields), body)
  }

  private static func status(of answer: APIAnswer) -> HTTPResponseStatus {
    guard case .failed(let error) = answer else { return .ok }
    return HTTPResponseStatus(statusCode: error.status)
  }

  private static func fields(
    of answer: APIAnswer,
    length: Int,
    date: String,
    closes: Bool
  ) -> [(String, String)] {
    var fields = [("Content-Type", "application/json"), ("Content-Length", String(length)), ("Date", date)]
    if case .failed(let error) = answer {
      if let seconds = error.retryAfter { fields.append(("Retry-After", String(seconds))) }
      if let methods = error.allow { fields.append(("Allow", methods)) }
    }
    if closes { fields.append(("Connection", "close")) }
    return fields
  }

  private static func body(of answer: APIAnswer) -> ByteBuffer {
    switch answer {
    case .ok: return ByteBuffer(string: #"{"ok":true}"#)
    case .online(let count): return ByteBuffer(string: #"{"ok":true,"onlineCount":\#(count)}"#)
    case .accepted(let count): return ByteBuffer(string: #"{"ok":true,"accepted":\#(count)}"#)
    case .failed(let error):
      var body = ByteBuffer()
      error.writeJSON(to: &body)
      return body
    }
  }
}
