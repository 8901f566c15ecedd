/// Decimal text of integers, written straight into memory: the hot path makes no `String`.
enum DecimalDigits {
  /// The most bytes that `write` needs: `UInt64.max` has 20 digits.
  static let maximumCount = 20

  static func count(_ value: UInt64) -> Int {
    var count = 1
    var rest = value
    while rest >= 10 {
      if rest < 100 { return count + 1 }
      if rest < 1000 { return count + 2 }
      if rest < 10000 { return count + 3 }
      rest /= 10000
      count += 4
    }
    return count
  }

  /// Writes exactly `count` digits, which must be what `count(value)` said, at `target`.
  static func write(_ value: UInt64, count: Int, at target: UnsafeMutablePointer<UInt8>) {
    var rest = value
    var position = count
    while position > 1 {
      position -= 1
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      target[position] = UInt8(truncatingIfNeeded: remainder) &+ 0x30
      rest = quotient
    }
    target[0] = UInt8(truncatingIfNeeded: rest) &+ 0x30
  }
}
