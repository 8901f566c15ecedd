/// Decimal numbers in bytes: read exactly (no floating point, so no rounding and no overflow) and written straight into
/// memory, without a `String`.
///
/// The types are `@usableFromInline`, since the compiler else calls these functions from other modules instead of inlining
/// them: they are in every event's way.
@usableFromInline
package enum DecimalText {
  /// The most bytes of an integer: the digits of 2^64-1, or a sign and the digits of 2^63.
  @inlinable
  package static var longest: Int { 20 }

  // MARK: Reading

  @usableFromInline
  package enum Reading: Equatable, Sendable {
    case value(Int64)
    /// A number, above 2^63-1.
    case above
    /// A number, below -2^63.
    case below
    case malformed
  }

  /// `-? (0 | [1-9][0-9]*)`, as JSON and Redis write integers.
  @inlinable @inline(__always)
  package static func signed(_ start: UnsafeRawPointer, count: Int) -> Reading {
    var index = 0
    let isNegative = count > 0 && start.load(as: UInt8.self) == UInt8(ascii: "-")
    if isNegative { index = 1 }
    let digits = count &- index
    guard digits > 0 else { return .malformed }
    if digits > 1, start.load(fromByteOffset: index, as: UInt8.self) == 0x30 { return .malformed }
    // 18 digits can't overflow.
    guard digits <= 18 else { return longSigned(start, count: count, isNegative: isNegative) }
    var value: Int64 = 0
    while index < count {
      let digit = start.load(fromByteOffset: index, as: UInt8.self) &- 0x30
      guard digit < 10 else { return .malformed }
      value = value &* 10 &+ Int64(digit)
      index &+= 1
    }
    return .value(isNegative ? 0 &- value : value)
  }

  @usableFromInline
  static func longSigned(_ start: UnsafeRawPointer, count: Int, isNegative: Bool) -> Reading {
    var value: Int64 = 0
    var isTooLong = false
    for index in (isNegative ? 1 : 0)..<count {
      let digit = start.load(fromByteOffset: index, as: UInt8.self) &- 0x30
      guard digit < 10 else { return .malformed }
      guard !isTooLong else { continue }
      // Counted downwards: -2^63 has no positive counterpart.
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (difference, under) = product.subtractingReportingOverflow(Int64(digit))
      isTooLong = over || under
      value = difference
    }
    if isTooLong { return isNegative ? .below : .above }
    if isNegative { return .value(value) }
    return value == .min ? .above : .value(0 - value)
  }

  /// One to twenty digits, zeros in front included; nil for anything else and above 2^64-1.
  @inlinable
  package static func unsigned(_ bytes: some Collection<UInt8>) -> UInt64? {
    guard (1...longest).contains(bytes.count) else { return nil }
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

  /// Any JSON number times 10^`scale`, its fraction cut off.
  package static func fraction(_ bytes: UnsafeRawBufferPointer, scale: Int) -> Reading {
    var index = 0
    @inline(__always) func digit(_ place: Int) -> Int64? {
      guard place < bytes.count else { return nil }
      let digit = bytes[place] &- 0x30
      return digit < 10 ? Int64(digit) : nil
    }
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { index = 1 }
    let wholeStart = index
    while digit(index) != nil { index += 1 }
    let wholeEnd = index
    guard wholeEnd > wholeStart, bytes[wholeStart] != 0x30 || wholeEnd == wholeStart + 1 else { return .malformed }
    var fractionEnd = index
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      while digit(index) != nil { index += 1 }
      guard index > wholeEnd + 1 else { return .malformed }
      fractionEnd = index
    }
    var exponent = 0
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      let isMinus = index < bytes.count && bytes[index] == UInt8(ascii: "-")
      if isMinus || index < bytes.count && bytes[index] == UInt8(ascii: "+") { index += 1 }
      let exponentStart = index
      while let value = digit(index) {
        // Beyond this no body is long enough to make a difference.
        exponent = min(exponent * 10 + Int(value), 1 << 30)
        index += 1
      }
      guard index > exponentStart else { return .malformed }
      if isMinus { exponent = -exponent }
    }
    guard index == bytes.count else { return .malformed }

    // The digits without their point, as many as stand before it after it was moved; zeros where there are no more.
    var left = wholeEnd - wholeStart + exponent + scale
    var place = wholeStart
    var value: Int64 = 0
    while left > 0 {
      if place == wholeEnd { place += 1 }
      let next = place < fractionEnd ? digit(place) : nil
      if next == nil, value == 0 { break }
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooBig) = product.addingReportingOverflow(next ?? 0)
      if over || tooBig { return isNegative ? .below : .above }
      value = sum
      place += 1
      left -= 1
    }
    return .value(isNegative ? 0 - value : value)
  }

  // MARK: Writing

  @inlinable @inline(__always)
  package static func digitCount(_ value: UInt64) -> Int {
    value < 10 ? 1 : value < 100 ? 2 : manyDigitsCount(value)
  }

  @usableFromInline
  static func manyDigitsCount(_ value: UInt64) -> Int {
    var count = 1
    var rest = value
    while rest >= 10_000 {
      rest /= 10_000
      count += 4
    }
    return rest < 10 ? count : rest < 100 ? count + 1 : rest < 1000 ? count + 2 : count + 3
  }

  /// Writes at `target`, which must have room for ``longest`` bytes. Returns how many were written.
  @inlinable @inline(__always)
  package static func write(_ value: UInt64, to target: UnsafeMutableRawPointer) -> Int {
    let count = digitCount(value)
    write(value, digits: count, to: target)
    return count
  }

  /// Writes at `target`, which must have room for ``longest`` bytes. Returns how many were written.
  @inlinable @inline(__always)
  package static func write(_ value: Int64, to target: UnsafeMutableRawPointer) -> Int {
    guard value < 0 else { return write(UInt64(bitPattern: value), to: target) }
    target.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
    return 1 + write(value.magnitude, to: target + 1)
  }

  /// Writes the last `digits` digits, with zeros in front where there are fewer.
  @inlinable @inline(__always)
  package static func write(_ value: UInt64, digits: Int, to target: UnsafeMutableRawPointer) {
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
