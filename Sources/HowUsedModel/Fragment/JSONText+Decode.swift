extension JSONText {
  /// The length of the canonical escape here, 2 or 6; 0 if it is none.
  static func escapeLength(_ start: UnsafeRawPointer, available: Int) -> Int {
    guard available >= 2 else { return 0 }
    switch start.load(fromByteOffset: 1, as: UInt8.self) {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    case UInt8(ascii: "u"):
      guard available >= 6, start.equals("\\u00"), let value = controlCharacter(start) else { return 0 }
      return value < 0x20 ? 6 : 0
    default:
      return 0
    }
  }

  /// Decodes canonical text, which ``escapeLength(_:available:)`` approved of, at `target`, which must have room for as
  /// many bytes as `text` has. Returns the bytes written.
  static func decode(_ text: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int {
    guard let base = text.baseAddress else { return 0 }
    var index = 0
    var written = 0
    while index < text.count {
      var byte = text[index]
      if byte == UInt8(ascii: "\\") {
        let length = escapeLength(base + index, available: text.count - index)
        guard length > 0 else { return written }
        byte = length == 6 ? controlCharacter(base + index) ?? 0 : unescaped(text[index + 1])
        index += length
      } else {
        index += 1
      }
      target.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
      written += 1
    }
    return written
  }

  /// The character of a `\u00XX`.
  private static func controlCharacter(_ start: UnsafeRawPointer) -> UInt8? {
    guard
      let high = Hex.value(start.load(fromByteOffset: 4, as: UInt8.self)),
      let low = Hex.value(start.load(fromByteOffset: 5, as: UInt8.self))
    else { return nil }
    return high << 4 | low
  }

  private static func unescaped(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
  }
}
