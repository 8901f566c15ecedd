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
    case .duplicate: return ByteBuffer(string: #"{"ok":true,"duplicate":true}"#)
    case .accepted(let count, let duplicates):
      let more = duplicates == 0 ? "" : #","duplicates":\#(duplicates)"#
      return ByteBuffer(string: #"{"ok":true,"accepted":\#(count)\#(more)}"#)
    case .failed(let error):
      var body = ByteBuffer()
      error.writeJSON(to: &body)
      return body
    }
  }
}

/// The value of the `Date` header field: `Sun, 22 Nov 2026 10:00:00 GMT` (RFC 9110, 5.6.7).
private enum HTTPDate {
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]  // 1970-01-01 was a Thursday
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// - Parameter seconds: Unix time; before 1970 is 1970.
  static func format(_ seconds: Int64) -> String {
    let seconds = max(0, seconds)
    let days = seconds / 86_400
    let date = UTCTime.civil(daysSinceEpoch: days)
    let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(twoDigits).joined(separator: ":")
    let month = months[Int(date.month) - 1]
    return "\(weekdays[Int(days % 7)]), \(twoDigits(date.day)) \(month) \(date.year) \(time) GMT"
  }

  private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
