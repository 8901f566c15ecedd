/// Decimal integers in bytes, without `String`.
enum Decimal {
  /// Strict: one or more digits, no sign; `nil` when anything else or above 2^64-1.
  static func unsigned(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
    guard !bytes.isEmpty, bytes.count <= 20 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      let digit = byte &- 0x30
      guard digit < 10 else { return nil }
      let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
      let (sum, over) = product.addingReportingOverflow(UInt64(digit))
      guard !tooBig, !over else { return nil }
      value = sum
    }
    return value
  }

  static func digitCount(_ value: UInt64) -> Int {
    var count = 1
    var rest = value
    while rest >= 10_000 {
      rest /= 10_000
      count += 4
    }
    return rest >= 1000 ? count + 3 : rest >= 100 ? count + 2 : rest >= 10 ? count + 1 : count
  }

  /// Writes up to 20 digits at `target`, which must have room for them. Returns how many.
  @inline(__always)
  static func write(_ value: UInt64, to target: UnsafeMutableRawPointer) -> Int {
    let count = digitCount(value)
    write(value, digits: count, to: target)
    return count
  }

  /// Writes up to 20 bytes at `target`.
  @inline(__always)
  static func write(_ value: Int64, to target: UnsafeMutableRawPointer) -> Int {
    guard value < 0 else { return write(UInt64(value), to: target) }
    target.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
    return 1 + write(value.magnitude, to: target + 1)
  }

  /// Writes exactly `digits` digits, zeros in front.
  @inline(__always)
  static func write(_ value: UInt64, digits: Int, to target: UnsafeMutableRawPointer) {
    var rest = value
    var place = digits
    while place > 0 {
      place &-= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      target.storeBytes(of: 0x30 &+ UInt8(truncatingIfNeeded: digit), toByteOffset: place, as: UInt8.self)
      rest = quotient
    }
  }
}
