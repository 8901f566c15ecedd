/// Numbers as JSON writes them, read exactly: no floating point, so no rounding and no overflow.
enum NumberText {
  enum Reading: Equatable {
    case value(Int64)
    /// A number, above 2^63-1.
    case above
    /// A number, below -2^63.
    case below
    case malformed
  }

  /// `-? (0 | [1-9][0-9]*)`.
  @inline(__always)
  static func integer(_ start: UnsafeRawPointer, count: Int) -> Reading {
    var index = 0
    let isNegative = count > 0 && start.load(as: UInt8.self) == UInt8(ascii: "-")
    if isNegative { index = 1 }
    let digits = count &- index
    guard digits > 0 else { return .malformed }
    if digits > 1, start.load(fromByteOffset: index, as: UInt8.self) == 0x30 { return .malformed }
    // 18 digits can't overflow.
    guard digits <= 18 else { return longInteger(start, count: count, isNegative: isNegative) }
    var value: Int64 = 0
    while index < count {
      let digit = start.load(fromByteOffset: index, as: UInt8.self) &- 0x30
      guard digit < 10 else { return .malformed }
      value = value &* 10 &+ Int64(digit)
      index &+= 1
    }
    return .value(isNegative ? 0 &- value : value)
  }

  private static func longInteger(_ start: UnsafeRawPointer, count: Int, isNegative: Bool) -> Reading {
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

  /// Any JSON number times 10^`scale`, its fraction cut off.
  static func decimal(_ bytes: UnsafeRawBufferPointer, scale: Int) -> Reading {
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
}
