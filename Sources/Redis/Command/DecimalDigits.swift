/// Decimal text of integers, written straight into memory: the hot path makes no `String`.
enum DecimalDigits {
  /// The most bytes that `write` needs: `UInt64.max` has 20 digits.
  static let maximumCount = 20

  @inline(__always)
  static func count(_ value: UInt64) -> Int {
    value < 10 ? 1 : value < 100 ? 2 : countMany(value)
  }

  private static func countMany(_ value: UInt64) -> Int {
    var count = 1
    var rest = value
    while rest >= 10000 {
      rest /= 10000
      count += 4
    }
    return rest < 10 ? count : rest < 100 ? count + 1 : rest < 1000 ? count + 2 : count + 3
  }

  /// Writes exactly `count` digits, which must be what `count(value)` said, at `target`. Returns where they end.
  @inline(__always)
  static func write(_ value: UInt64, count: Int, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
  {
    var rest = value
    var place = target + count
    while rest >= 10 {
      place -= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      place.pointee = UInt8(truncatingIfNeeded: digit) &+ 0x30
      rest = quotient
    }
    target.pointee = UInt8(truncatingIfNeeded: rest) &+ 0x30
    return target + count
  }
}
