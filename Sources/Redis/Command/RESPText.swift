/// RESP2 written at a pointer, which must have room for it. Each function returns where what it wrote ends.
/// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
enum RESPText {
  /// A marker, the digits of a length and a line end.
  static let longestHeader = 1 + DecimalDigits.maximumCount + 2
  /// A header, and an integer's sign, digits and line end.
  static let longestInteger = longestHeader + 1 + DecimalDigits.maximumCount + 2

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
    let digits = DecimalDigits.count(value.magnitude)
    let content = putHeader(UInt8(ascii: "$"), sign + digits, at: target)
    if sign > 0 { content.pointee = UInt8(ascii: "-") }
    return putLineEnd(at: DecimalDigits.write(value.magnitude, count: digits, at: content + sign))
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
