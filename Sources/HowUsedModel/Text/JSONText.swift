internal import ByteText
package import NIOCore

/// Text as the inside of a JSON string, in its canonical form: UTF-8 as is, only `"`, `\` and control characters below
/// 0x20 escaped, as `\b \f \n \r \t` or `\u00xx` in lower case.
package enum JSONText {
  /// Writes `text` at `target`, which must have room for six times its length and 8 bytes more. Returns the bytes written.
  static func write(_ text: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int {
    guard let base = text.baseAddress else { return 0 }
    var index = 0
    var written = 0
    while index < text.count {
      if index &+ 8 <= text.count {
        let word = base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        // Eight bytes are copied, whatever they are; those after one to be escaped are written again below.
        target.storeBytes(of: word, toByteOffset: written, as: UInt64.self)
        let marks = Bytes.needEscape(word.littleEndian)
        let plain = marks == 0 ? 8 : marks.trailingZeroBitCount &>> 3
        index &+= plain
        written &+= plain
        if marks == 0 { continue }
      }
      written &+= write(base.load(fromByteOffset: index, as: UInt8.self), to: target + written)
      index &+= 1
    }
    return written
  }

  @inline(__always)
  private static func write(_ byte: UInt8, to target: UnsafeMutableRawPointer) -> Int {
    if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
      target.storeBytes(of: byte, as: UInt8.self)
      return 1
    }
    return writeEscape(of: byte, to: target)
  }

  private static func writeEscape(of byte: UInt8, to target: UnsafeMutableRawPointer) -> Int {
    target.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
    let letter: UInt8
    switch byte {
    case 0x08: letter = UInt8(ascii: "b")
    case 0x09: letter = UInt8(ascii: "t")
    case 0x0A: letter = UInt8(ascii: "n")
    case 0x0C: letter = UInt8(ascii: "f")
    case 0x0D: letter = UInt8(ascii: "r")
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = byte
    default:
      let prefix: StaticString = "u00"
      (target + 1).copyMemory(from: prefix.utf8Start, byteCount: 3)
      target.storeBytes(of: Hex.digit(byte >> 4), toByteOffset: 4, as: UInt8.self)
      target.storeBytes(of: Hex.digit(byte & 15), toByteOffset: 5, as: UInt8.self)
      return 6
    }
    target.storeBytes(of: letter, toByteOffset: 1, as: UInt8.self)
    return 2
  }

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

  /// The text as it stands between the quotes of a stored fragment.
  package static func escaped(_ text: String) -> [UInt8] {
    var text = text
    return text.withUTF8 { bytes in
      [UInt8](unsafeUninitializedCapacity: 6 * bytes.count + 8) { space, count in
        guard let base = space.baseAddress else { return }
        count = write(UnsafeRawBufferPointer(bytes), to: UnsafeMutableRawPointer(base))
      }
    }
  }

  /// The text that stands between the quotes of a stored fragment.
  package static func decoded(_ escaped: some Sequence<UInt8>) -> String {
    let bytes = Array(escaped)
    return bytes.withUnsafeBytes { raw in
      ArchivedEvent.string(of: TextSlice(offset: 0, count: raw.count, encoding: .jsonEscaped), in: raw)
    }
  }
}

extension ByteBuffer {
  /// A text that isn't escaped yet, with its quotes.
  package mutating func writeJSON(text: String) {
    var text = text
    text.withUTF8 { text in
      _ = writeWithUnsafeMutableBytes(minimumWritableBytes: 6 * text.count + 10) { space in
        guard let base = space.baseAddress else { return 0 }
        base.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        let count = 1 + JSONText.write(UnsafeRawBufferPointer(text), to: base + 1)
        base.storeBytes(of: UInt8(ascii: "\""), toByteOffset: count, as: UInt8.self)
        return count + 1
      }
    }
  }
}
