import ByteText
import Glibc
import HowUsedModel

/// Recognises API requests of one strict, common form straight from a connection's bytes.
///
/// It takes a request only when nothing about where it ends is open to opinion: one of three exact request lines,
/// header fields of plain ASCII each on one line, exactly one `Host`, exactly one `Content-Length` of digits, and no field
/// that changes the framing, or the connection in another way than to end it after the answer. An `Upgrade` to HTTP/2,
/// which Java's client offers with each request, is not taken up (RFC 9110, 7.8). Everything else is `.handOver`:
/// SwiftNIO's HTTP decoder then reads that byte and every later one of the connection, so the two never have to agree on
/// a difficult case (RFC 9112, section 6.3).
package enum RequestRecognizer {
  package enum Verdict: Equatable {
    /// The head is complete; the body may not have arrived yet.
    case request(RecognizedRequest)
    /// So far a prefix of a request that might be recognised.
    case incomplete
    /// For SwiftNIO's decoder.
    case handOver
  }

  /// Bytes of request line and header fields; a longer head is handed over.
  package static let maximumHead = 8 * 1024
  /// Where the API is; the last one is the hosted service's.
  static let paths = ["/api", "/", "/bin/webhooks/6438/181/4opQGmB6OlHqqPRM"]

  private static let requestLines = paths.map { Array("POST \($0) HTTP/1.1\r\n".utf8) }

  package static func recognize(_ bytes: UnsafeRawBufferPointer) -> Verdict {
    var position = 0
    switch matchRequestLine(bytes) {
    case .matched(let length): position = length
    case .prefix: return .incomplete
    case .different: return .handOver
    }
    let end = min(bytes.count, maximumHead)
    var bodyLength = -1
    var contentType = 0..<0
    var lengthDigits = 0..<0
    // Nil before the first `Connection`.
    var closes: Bool?
    var hosts = 0
    var fields = 0
    while true {
      guard position < end else { return unfinished(bytes) }
      if bytes[position] == .carriageReturn {
        guard position + 1 < end else { return unfinished(bytes) }
        guard bytes[position + 1] == .lineFeed, bodyLength >= 0, hosts == 1 else { return .handOver }
        let headLength = position + 2
        return .request(
          .init(
            headLength: headLength,
            bodyLength: bodyLength,
            contentType: contentType,
            lengthDigits: lengthDigits,
            closes: closes ?? false
          )
        )
      }
      let name = position
      while position < end, isNameByte(bytes[position]) { position += 1 }
      guard position < end else { return unfinished(bytes) }
      guard bytes[position] == .colon, position > name else { return .handOver }
      let nameEnd = position
      position += 1
      while position < end, bytes[position] == .space { position += 1 }
      let value = position
      while position < end, isValueByte(bytes[position]) { position += 1 }
      guard position + 1 < end else { return unfinished(bytes) }
      guard bytes[position] == .carriageReturn, bytes[position + 1] == .lineFeed else { return .handOver }
      fields += 1
      guard fields <= Limits.headFields else { return .handOver }
      switch field(UnsafeRawBufferPointer(rebasing: bytes[name..<nameEnd])) {
      case .plain: break
      case .contentLength:
        guard bodyLength < 0, let length = digits(bytes, value..<position) else { return .handOver }
        bodyLength = length
        lengthDigits = value..<position
      case .contentType:
        guard contentType.isEmpty else { return .handOver }
        contentType = value..<position
      case .connection:
        let option = UnsafeRawBufferPointer(rebasing: bytes[value..<position])
        if closes == nil, equalsIgnoringCase(option, "close") {
          closes = true
        } else {
          guard closes != true,
            equalsIgnoringCase(option, "keep-alive") || equalsIgnoringCase(option, "upgrade, http2-settings")
          else { return .handOver }
          closes = false
        }
      case .host:
        guard bytes[value..<position].allSatisfy(isHostByte) else { return .handOver }
        hosts += 1
      case .upgrade:
        guard equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: bytes[value..<position]), "h2c") else {
          return .handOver
        }
      case .changesFraming: return .handOver
      }
      position += 2
    }
  }

  /// The head goes on past what has arrived, or past what is read here.
  private static func unfinished(_ bytes: UnsafeRawBufferPointer) -> Verdict {
    bytes.count >= maximumHead ? .handOver : .incomplete
  }

  private enum LineMatch {
    case matched(Int)
    case prefix
    case different
  }

  private static func matchRequestLine(_ bytes: UnsafeRawBufferPointer) -> LineMatch {
    var isPrefix = false
    for line in requestLines {
      let count = min(line.count, bytes.count)
      guard let base = bytes.baseAddress, memcmp(base, line, count) == 0 else { continue }
      if count == line.count { return .matched(count) }
      isPrefix = true
    }
    return isPrefix || bytes.isEmpty ? .prefix : .different
  }

  private enum Field {
    case plain
    case contentLength
    case contentType
    case connection
    case host
    case upgrade
    case changesFraming
  }

  /// The length decides first, so that most names cost one comparison.
  private static func field(_ name: UnsafeRawBufferPointer) -> Field {
    switch name.count {
    case 2: equalsIgnoringCase(name, "te") ? .changesFraming : .plain
    case 4: equalsIgnoringCase(name, "host") ? .host : .plain
    case 6: equalsIgnoringCase(name, "expect") ? .changesFraming : .plain
    case 7:
      if equalsIgnoringCase(name, "upgrade") {
        .upgrade
      } else {
        equalsIgnoringCase(name, "trailer") ? .changesFraming : .plain
      }
    case 10: equalsIgnoringCase(name, "connection") ? .connection : .plain
    case 12: equalsIgnoringCase(name, "content-type") ? .contentType : .plain
    case 14: equalsIgnoringCase(name, "content-length") ? .contentLength : .plain
    // "proxy-connection" counts as "connection" for llhttp, the parser inside SwiftNIO.
    case 16:
      equalsIgnoringCase(name, "content-encoding") || equalsIgnoringCase(name, "proxy-connection")
        ? .changesFraming : .plain
    case 17: equalsIgnoringCase(name, "transfer-encoding") ? .changesFraming : .plain
    default: .plain
    }
  }

  /// `lowercase` holds only lower-case letters and signs that setting bit 5 leaves as they are.
  private static func equalsIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ lowercase: StaticString) -> Bool {
    guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
    for index in 0..<bytes.count where bytes[index] | 0x20 != lowercase.utf8Start[index] { return false }
    return true
  }

  /// One to seven digits that are at most ``Limits/bodyBytes``.
  static func digits(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
    guard range.count <= 7, let number = DecimalText.unsigned(UnsafeRawBufferPointer(rebasing: bytes[range])) else {
      return nil
    }
    return number <= UInt64(Limits.bodyBytes) ? Int(number) : nil
  }

  /// Letters, digits, "-" and "_": fewer than RFC 9110's token, more than clients use.
  @inline(__always)
  private static func isNameByte(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte == 0x2D || byte &- 0x30 < 10 || byte == 0x5F
  }

  /// What a host's name, its addresses of all kinds and its port consist of (RFC 3986, 3.2.2), but for the comma, which would
  /// make it two hosts.
  static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: ":"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"),
      UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="):
      true
    default: false
    }
  }

  /// Visible ASCII and the space.
  @inline(__always)
  private static func isValueByte(_ byte: UInt8) -> Bool {
    byte &- 0x20 < 0x5F
  }
}

/// Where one API request of the strict common form lies in a connection's bytes. All numbers are bytes.
package struct RecognizedRequest: Equatable {
  /// The request line and the header fields, with the empty line that ends them.
  package let headLength: Int
  /// The body's length, as its one `Content-Length` says: 0…``Limits/bodyBytes``.
  package let bodyLength: Int
  /// Where the value of `Content-Type` lies, empty when there is none.
  package let contentType: Range<Int>
  /// Where the digits of `Content-Length` lie.
  package let lengthDigits: Range<Int>
  /// The client asks for the connection's end after the answer: `Connection: close` (RFC 9112, 9.6).
  package let closes: Bool

  package var length: Int { headLength + bodyLength }
}

extension UInt8 {
  fileprivate static let carriageReturn = UInt8(ascii: "\r")
  fileprivate static let lineFeed = UInt8(ascii: "\n")
  fileprivate static let colon = UInt8(ascii: ":")
  fileprivate static let space = UInt8(ascii: " ")
}
