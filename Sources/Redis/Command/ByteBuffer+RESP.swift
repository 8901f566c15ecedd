package import NIOCore

/// Writers of RESP2 requests: an array header, then that many bulk strings.
/// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
///
/// Each reserves what it needs once and then writes through a plain pointer: they are the better part of what a request
/// costs here.
extension ByteBuffer {
  /// A marker, the digits of a length and a line end.
  private static let longestHeader = 1 + DecimalDigits.maximumCount + 2

  /// `*<count>\r\n`: the number of arguments that follow, the command's name included.
  package mutating func writeRESPArrayHeader(_ count: Int) {
    precondition(count >= 0, "a RESP array can't have a negative count")
    writeRESP(atMost: Self.longestHeader) { target in Self.putHeader(UInt8(ascii: "*"), count, at: target) }
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
    writeRESP(atMost: Self.longestHeader + bytes.count + 2) { target in
      let content = Self.putHeader(UInt8(ascii: "$"), bytes.count, at: target)
      if let source = bytes.baseAddress {
        UnsafeMutableRawPointer(content).copyMemory(from: source, byteCount: bytes.count)
      }
      return Self.putLineEnd(at: content + bytes.count)
    }
  }

  /// One argument holding the decimal text of `value`.
  package mutating func writeRESPBulk(_ value: Int64) {
    writeRESP(atMost: Self.longestHeader + 1 + DecimalDigits.maximumCount + 2) { target in
      let sign = value < 0 ? 1 : 0
      let digits = DecimalDigits.count(value.magnitude)
      let content = Self.putHeader(UInt8(ascii: "$"), sign + digits, at: target)
      if sign > 0 { content.pointee = UInt8(ascii: "-") }
      return Self.putLineEnd(at: DecimalDigits.write(value.magnitude, count: digits, at: content + sign))
    }
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

  @inline(__always)
  private static func putHeader(
    _ marker: UInt8,
    _ length: Int,
    at target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    target.pointee = marker
    let length = UInt64(length)
    return putLineEnd(at: DecimalDigits.write(length, count: DecimalDigits.count(length), at: target + 1))
  }

  @inline(__always)
  private static func putLineEnd(at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(target).storeBytes(of: UInt16(0x0d0a).bigEndian, as: UInt16.self)
    return target + 2
  }
}
