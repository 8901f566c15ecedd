/// Looks at bytes eight at once, at UTF-8 sequences, and at words whatever the case of their letters.
enum Bytes {
  private static var low: UInt64 { 0x0101_0101_0101_0101 }
  private static var high: UInt64 { 0x8080_8080_8080_8080 }

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

  /// Whether all of a text is ASCII from 0x20 to 0x7E.
  @inline(__always)
  static func isVisibleASCII(_ start: UnsafeRawPointer, count: Int) -> Bool {
    var index = 0
    while index &+ 8 <= count {
      guard isVisibleASCII(start.loadUnaligned(fromByteOffset: index, as: UInt64.self)) else { return false }
      index &+= 8
    }
    if index == count { return true }
    // The last eight bytes once more, rather than the rest one by one.
    if count >= 8 {
      return isVisibleASCII(start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
    }
    while index < count {
      guard start.load(fromByteOffset: index, as: UInt8.self) &- 0x20 < 0x5F else { return false }
      index &+= 1
    }
    return true
  }

  @inline(__always)
  private static func isVisibleASCII(_ word: UInt64) -> Bool {
    let control = word &- 0x2020_2020_2020_2020
    let delete = (word ^ 0x7F7F_7F7F_7F7F_7F7F) &- low
    return (control | delete | word) & high == 0
  }

  /// Where the next `&`, `=`, `%` or `+` is; the count of the bytes if there is none.
  @inline(__always)
  static func nextFormSpecial(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard let base = bytes.baseAddress else { return bytes.count }
    var index = start
    while index &+ 8 <= bytes.count {
      let word = base.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
      let ampersand = (word ^ 0x2626_2626_2626_2626) &- low
      let equals = (word ^ 0x3D3D_3D3D_3D3D_3D3D) &- low
      let percent = (word ^ 0x2525_2525_2525_2525) &- low
      let plus = (word ^ 0x2B2B_2B2B_2B2B_2B2B) &- low
      let marks = (ampersand | equals | percent | plus) & ~word & high
      if marks != 0 { return index &+ marks.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < bytes.count {
      switch base.load(fromByteOffset: index, as: UInt8.self) {
      case UInt8(ascii: "&"), UInt8(ascii: "="), UInt8(ascii: "%"), UInt8(ascii: "+"): return index
      default: index &+= 1
      }
    }
    return index
  }

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
      if index &+ 8 <= bytes.count, base.loadUnaligned(fromByteOffset: index, as: UInt64.self) & high == 0 {
        index &+= 8
        continue
      }
      if bytes[index] < 0x80 {
        index &+= 1
        continue
      }
      let length = sequenceLength(base + index, available: bytes.count - index)
      guard length > 0 else { return false }
      index += length
    }
    return true
  }

  /// Whether `bytes` begin with `word`, which is in lower case, without regard to the case of ASCII letters.
  static func lowercased(_ bytes: UnsafeRawBufferPointer, hasPrefix word: StaticString) -> Bool {
    guard bytes.count >= word.utf8CodeUnitCount else { return false }
    for index in 0..<word.utf8CodeUnitCount {
      let byte = bytes[index]
      let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      guard lower == word.utf8Start[index] else { return false }
    }
    return true
  }
}
