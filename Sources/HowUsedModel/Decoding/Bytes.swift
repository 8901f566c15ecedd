/// Looks at eight bytes at once and at UTF-8 sequences.
enum Bytes {
  private static let low: UInt64 = 0x0101_0101_0101_0101
  static let high: UInt64 = 0x8080_8080_8080_8080

  /// Sets the high bit of each byte that can't stand in a JSON string as itself (quote, backslash, below 0x20). Only the
  /// lowest set bit can be relied on: a byte above a hit may be marked wrongly. Bytes from 0x80 on are marked or not.
  @inline(__always)
  static func specials(_ word: UInt64) -> UInt64 {
    let quote = (word ^ 0x2222_2222_2222_2222) &- low
    let backslash = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- low
    let control = word &- 0x2020_2020_2020_2020
    return quote | backslash | control
  }

  /// As ``specials(_:)``, and bytes from 0x80 on are marked too.
  @inline(__always)
  static func notPlain(_ word: UInt64) -> UInt64 { (specials(word) | word) & high }

  /// As ``specials(_:)``, and bytes from 0x80 on are not marked.
  @inline(__always)
  static func needEscape(_ word: UInt64) -> UInt64 { specials(word) & ~word & high }

  /// The length of the valid UTF-8 sequence at `start`, whose first byte is 0x80 or above; 0 when it is not valid.
  /// The Unicode Standard, table 3-7.
  static func sequenceLength(_ start: UnsafeRawPointer, available: Int) -> Int {
    let first = start.load(as: UInt8.self)
    @inline(__always) func byte(_ offset: Int) -> UInt8 { start.load(fromByteOffset: offset, as: UInt8.self) }
    @inline(__always) func continues(_ offset: Int) -> Bool { byte(offset) & 0xC0 == 0x80 }
    switch first {
    case 0xC2...0xDF:
      return available >= 2 && continues(1) ? 2 : 0
    case 0xE0...0xEF:
      guard available >= 3, continues(1), continues(2) else { return 0 }
      if first == 0xE0, byte(1) < 0xA0 { return 0 }
      if first == 0xED, byte(1) > 0x9F { return 0 }
      return 3
    case 0xF0...0xF4:
      guard available >= 4, continues(1), continues(2), continues(3) else { return 0 }
      if first == 0xF0, byte(1) < 0x90 { return 0 }
      if first == 0xF4, byte(1) > 0x8F { return 0 }
      return 4
    default:
      return 0
    }
  }

  static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return true }
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index += 1
        continue
      }
      let length = sequenceLength(base + index, available: bytes.count - index)
      guard length > 0 else { return false }
      index += length
    }
    return true
  }
}
