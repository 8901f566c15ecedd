extension JSONScanner {
  /// Reads a string whose opening quote was consumed. Its bytes are checked; a string without escapes stays where it
  /// is, another is decoded into `scratch`.
  @inline(__always)
  mutating func scanString(_ scratch: inout TextScratch) throws(JSONFault) -> TextSlice {
    let start = position
    while position &+ 8 <= end {
      let marks = Bytes.notPlain(base.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian)
      if marks == 0 {
        position &+= 8
        continue
      }
      position &+= marks.trailingZeroBitCount &>> 3
      if byte(position) == UInt8(ascii: "\"") {
        let slice = TextSlice(offset: start, count: position &- start, encoding: .verbatim)
        position &+= 1
        return slice
      }
      break
    }
    return try scanRareString(start, &scratch)
  }

  /// The rest of a string that isn't plain ASCII or that is near the body's end: byte by byte.
  private mutating func scanRareString(_ start: Int, _ scratch: inout TextScratch) throws(JSONFault) -> TextSlice {
    while position < end {
      let byte = byte(position)
      switch byte {
      case UInt8(ascii: "\""):
        let slice = TextSlice(offset: start, count: position &- start, encoding: .verbatim)
        position &+= 1
        return slice
      case UInt8(ascii: "\\"):
        return try scanEscapedString(start, &scratch)
      case 0..<0x20:
        throw JSONFault(.control, position)
      case 0x80...:
        let length = Bytes.sequenceLength(base + position, available: end &- position)
        guard length > 0 else { throw JSONFault(.utf8, position) }
        position &+= length
      default:
        position &+= 1
      }
    }
    throw JSONFault(.truncated, position)
  }

  /// As above, from the first backslash on; what stands before it, from `start`, is copied.
  private mutating func scanEscapedString(_ start: Int, _ scratch: inout TextScratch) throws(JSONFault) -> TextSlice {
    scratch.reserve()
    let offset = scratch.used
    var copied = start
    while position < end {
      let byte = byte(position)
      switch byte {
      case UInt8(ascii: "\""):
        scratch.append(UnsafeRawBufferPointer(start: base + copied, count: position &- copied))
        position &+= 1
        return TextSlice(offset: offset, count: scratch.used - offset, encoding: .scratch)
      case UInt8(ascii: "\\"):
        scratch.append(UnsafeRawBufferPointer(start: base + copied, count: position &- copied))
        try scanEscape(&scratch)
        copied = position
      case 0..<0x20:
        throw JSONFault(.control, position)
      case 0x80...:
        let length = Bytes.sequenceLength(base + position, available: end &- position)
        guard length > 0 else { throw JSONFault(.utf8, position) }
        position &+= length
      default:
        position &+= 1
      }
    }
    throw JSONFault(.truncated, position)
  }

  private mutating func scanEscape(_ scratch: inout TextScratch) throws(JSONFault) {
    let start = position
    guard end &- position >= 2 else { throw JSONFault(.truncated, end) }
    let letter = byte(position &+ 1)
    position &+= 2
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(letter)
    case UInt8(ascii: "b"): scratch.append(0x08)
    case UInt8(ascii: "f"): scratch.append(0x0C)
    case UInt8(ascii: "n"): scratch.append(0x0A)
    case UInt8(ascii: "r"): scratch.append(0x0D)
    case UInt8(ascii: "t"): scratch.append(0x09)
    case UInt8(ascii: "u"):
      var scalar = try scanHex(start)
      if scalar & 0xFC00 == 0xD800 {
        guard
          end &- position >= 2, byte(position) == UInt8(ascii: "\\"), byte(position &+ 1) == UInt8(ascii: "u")
        else { throw JSONFault(.loneSurrogate, start) }
        position &+= 2
        let low = try scanHex(start)
        guard low & 0xFC00 == 0xDC00 else { throw JSONFault(.loneSurrogate, start) }
        scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
      } else if scalar & 0xFC00 == 0xDC00 {
        throw JSONFault(.loneSurrogate, start)
      }
      scratch.append(scalar: scalar)
    default: throw JSONFault(.escape, start)
    }
  }

  private mutating func scanHex(_ start: Int) throws(JSONFault) -> UInt32 {
    guard end &- position >= 4 else { throw JSONFault(.truncated, end) }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Hex.value(byte(position)) else { throw JSONFault(.escape, start) }
      value = value &<< 4 | UInt32(digit)
      position &+= 1
    }
    return value
  }
}
