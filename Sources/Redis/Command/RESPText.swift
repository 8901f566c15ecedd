internal import ByteText
package import NIOCore

/// RESP2 written at a pointer, which must have room for it. Each function returns where what it wrote ends.
/// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
enum RESPText {
  /// A marker, the digits of a length and a line end.
  static let longestHeader = 1 + DecimalText.longest + 2
  /// A header, and an integer's sign, digits and line end.
  static let longestInteger = longestHeader + 1 + DecimalText.longest + 2

  /// The most bytes that a bulk string of `count` bytes takes.
  @inline(__always)
  static func longestBulk(_ count: Int) -> Int { longestHeader + count + 2 }

  @inline(__always)
  static func putArrayHeader(_ count: Int, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    precondition(count >= 0, "a RESP array can't have a negative count")
    return putHeader(UInt8(ascii: "*"), count, at: target)
  }

  @inline(__always)
  static func putBulk(
    _ bytes: UnsafeRawBufferPointer,
    at target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let content = putHeader(UInt8(ascii: "$"), bytes.count, at: target)
    if let source = bytes.baseAddress {
      UnsafeMutableRawPointer(content).copyMemory(from: source, byteCount: bytes.count)
    }
    return putLineEnd(at: content + bytes.count)
  }

  /// The decimal text of `value`.
  @inline(__always)
  static func putBulk(_ value: Int64, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    let sign = value < 0 ? 1 : 0
    let digits = DecimalText.digitCount(value.magnitude)
    let content = putHeader(UInt8(ascii: "$"), sign + digits, at: target)
    if sign > 0 { content.pointee = UInt8(ascii: "-") }
    DecimalText.write(value.magnitude, digits: digits, to: content + sign)
    return putLineEnd(at: content + sign + digits)
  }

  @inline(__always)
  private static func putHeader(
    _ marker: UInt8,
    _ length: Int,
    at target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    target.pointee = marker
    let digits = DecimalText.digitCount(UInt64(length))
    DecimalText.write(UInt64(length), digits: digits, to: target + 1)
    return putLineEnd(at: target + 1 + digits)
  }

  @inline(__always)
  private static func putLineEnd(at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(target).storeBytes(of: UInt16(0x0d0a).bigEndian, as: UInt16.self)
    return target + 2
  }
}

/// Writers of RESP2 requests: an array header, then that many bulk strings.
/// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
///
/// Each reserves what it needs once and then writes through a plain pointer: they are the better part of what a request
/// costs here.
extension ByteBuffer {
  /// `*<count>\r\n`: the number of arguments that follow, the command's name included.
  package mutating func writeRESPArrayHeader(_ count: Int) {
    writeRESP(atMost: RESPText.longestHeader) { RESPText.putArrayHeader(count, at: $0) }
  }

  /// One argument that is known at compile time. A literal takes this overload.
  package mutating func writeRESPBulk(_ text: StaticString) {
    text.withUTF8Buffer { writeRESPBulk(UnsafeRawBufferPointer($0)) }
  }

  @_disfavoredOverload
  package mutating func writeRESPBulk(_ text: String) {
    var text = text
    text.withUTF8 { writeRESPBulk(UnsafeRawBufferPointer($0)) }
  }

  /// One argument holding the readable bytes of `bytes`, which stays as it is.
  package mutating func writeRESPBulk(_ bytes: ByteBuffer) {
    bytes.withUnsafeReadableBytes { writeRESPBulk($0) }
  }

  /// One argument of any bytes. They must not be part of this very buffer.
  package mutating func writeRESPBulk(_ bytes: UnsafeRawBufferPointer) {
    writeRESP(atMost: RESPText.longestBulk(bytes.count)) { RESPText.putBulk(bytes, at: $0) }
  }

  /// One argument holding the decimal text of `value`.
  package mutating func writeRESPBulk(_ value: Int64) {
    writeRESP(atMost: RESPText.longestInteger) { RESPText.putBulk(value, at: $0) }
  }

  package mutating func writeRESPBulk(_ value: Int) {
    writeRESPBulk(Int64(value))
  }

  /// Calls `body` with room for `count` bytes; it returns where what it wrote ends.
  @inline(__always)
  private mutating func writeRESP(
    atMost count: Int,
    _ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
  ) {
    writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
      guard let start = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
      return body(start) - start
    }
  }
}
