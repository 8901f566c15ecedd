/// What a request's `Content-Type` says. It is only a hint: see ``RequestDecoder`` for how the body is looked at.
package enum ContentType: Sendable, Equatable {
  case json
  case form
  /// The boundary is empty when the header names none or one that RFC 2046 doesn't allow.
  case multipart(boundary: String)
  /// No header, or one that says nothing, like `text/plain`.
  case unknown
  /// A type that can't hold a request. The body may still be one.
  case unsupported

  /// `nil` is a missing header.
  package static func classify(_ value: String?) -> ContentType {
    guard var value else { return .unknown }
    return value.withUTF8 { classify(UnsafeRawBufferPointer($0)) }
  }

  package static func classify(_ value: UnsafeRawBufferPointer) -> ContentType {
    let type = value.prefix { $0 != UInt8(ascii: ";") }
    var start = type.startIndex
    var end = type.endIndex
    while start < end, isBlank(value[start]) { start += 1 }
    while start < end, isBlank(value[end - 1]) { end -= 1 }
    let name = UnsafeRawBufferPointer(rebasing: value[start..<end])
    switch name.count {
    case 0: return .unknown
    case 16 where equal(name, "application/json"): return .json
    case 33 where equal(name, "application/x-www-form-urlencoded"): return .form
    case 19 where equal(name, "multipart/form-data"):
      return .multipart(boundary: boundary(in: UnsafeRawBufferPointer(rebasing: value[type.endIndex...])))
    case 10 where equal(name, "text/plain"): return .unknown
    case 9 where equal(name, "text/json"): return .json
    case 24 where equal(name, "application/octet-stream"): return .unknown
    default: return .unsupported
    }
  }

  /// Finds `boundary=` among `;`-separated parameters, as a token or a quoted string.
  private static func boundary(in parameters: UnsafeRawBufferPointer) -> String {
    var index = 0
    while index < parameters.count {
      while index < parameters.count, isBlank(parameters[index]) || parameters[index] == UInt8(ascii: ";") {
        index += 1
      }
      let nameStart = index
      while index < parameters.count, parameters[index] != UInt8(ascii: "="), parameters[index] != UInt8(ascii: ";") {
        index += 1
      }
      guard index < parameters.count, parameters[index] == UInt8(ascii: "=") else { continue }
      let name = UnsafeRawBufferPointer(rebasing: parameters[nameStart..<index])
      index += 1
      var valueStart = index
      var valueEnd: Int
      if index < parameters.count, parameters[index] == UInt8(ascii: "\"") {
        valueStart += 1
        index += 1
        // A backslash is not a boundary character (RFC 2046), so a quoted pair needs no decoding: it is refused below.
        while index < parameters.count, parameters[index] != UInt8(ascii: "\"") { index += 1 }
        guard index < parameters.count else { return "" }
        valueEnd = index
        index += 1
      } else {
        while index < parameters.count, parameters[index] != UInt8(ascii: ";") { index += 1 }
        valueEnd = index
        while valueEnd > valueStart, isBlank(parameters[valueEnd - 1]) { valueEnd -= 1 }
      }
      guard equal(name, "boundary") else { continue }
      let value = UnsafeRawBufferPointer(rebasing: parameters[valueStart..<valueEnd])
      guard Limits.boundaryBytes.contains(value.count), value.allSatisfy(isBoundary) else { return "" }
      return String(decoding: value, as: UTF8.self)
    }
    return ""
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// RFC 2046's `bchars`, and any other visible ASCII but quotes and backslash, as some clients send.
  private static func isBoundary(_ byte: UInt8) -> Bool {
    (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private static func equal(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
    bytes.count == word.utf8CodeUnitCount && Bytes.lowercased(bytes, hasPrefix: word)
  }
}
