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
}
