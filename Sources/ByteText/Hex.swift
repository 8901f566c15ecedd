/// Hexadecimal digits: read in either case, written in lower case.
@usableFromInline
package enum Hex {
  /// The value of a digit.
  @inlinable @inline(__always)
  package static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: nil
    }
  }

  /// The byte that two digits make.
  package static func byte(_ high: UInt8, _ low: UInt8) -> UInt8? {
    guard let high = value(high), let low = value(low) else { return nil }
    return high << 4 | low
  }

  /// - Parameter value: less than 16.
  package static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : UInt8(ascii: "a") + value - 10 }

  /// Two digits a byte.
  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.flatMap { [digit($0 >> 4), digit($0 & 15)] }, as: UTF8.self)
  }

  /// 16 digits.
  package static func text(_ value: UInt64) -> String {
    text(stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) })
  }

  /// Exactly 16 digits; nil for anything else.
  package static func word(_ text: some Collection<UInt8>) -> UInt64? {
    guard text.count == 16 else { return nil }
    var word: UInt64 = 0
    for byte in text {
      guard let digit = value(byte) else { return nil }
      word = word << 4 | UInt64(digit)
    }
    return word
  }
}
