extension JSONScanner {
  /// Reads one value of any kind. Arrays and objects are checked and skipped.
  @inline(__always)
  mutating func scanValue(_ scratch: inout TextScratch) throws(JSONFault) -> FieldValue {
    let first = try peek()
    if first == UInt8(ascii: "\"") {
      position &+= 1
      return FieldValue(kind: .text, slice: try scanString(&scratch))
    }
    if first &- 0x30 < 10 || first == UInt8(ascii: "-") { return try scanNumber() }
    return try scanOther(first, &scratch)
  }

  private mutating func scanOther(_ first: UInt8, _ scratch: inout TextScratch) throws(JSONFault) -> FieldValue {
    switch first {
    case UInt8(ascii: "t"): return FieldValue(kind: .boolean, slice: try scanWord("true"))
    case UInt8(ascii: "f"): return FieldValue(kind: .boolean, slice: try scanWord("false"))
    case UInt8(ascii: "n"): return FieldValue(kind: .null, slice: try scanWord("null"))
    case UInt8(ascii: "{"):
      try skipContainer(&scratch)
      return FieldValue(kind: .object, slice: .empty)
    case UInt8(ascii: "["):
      try skipContainer(&scratch)
      return FieldValue(kind: .array, slice: .empty)
    default: throw JSONFault(.value, position)
    }
  }

  private mutating func scanWord(_ word: StaticString) throws(JSONFault) -> TextSlice {
    let count = word.utf8CodeUnitCount
    guard end - position >= count, (base + position).equals(word) else { throw JSONFault(.value, position) }
    let slice = TextSlice(offset: position, count: count, encoding: .verbatim)
    position &+= count
    return slice
  }

  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`. What follows is the caller's to check.
  @inline(__always)
  mutating func scanNumber() throws(JSONFault) -> FieldValue {
    let start = position
    if byte(position) == UInt8(ascii: "-") { position &+= 1 }
    let digits = position
    skipDigits()
    guard position > digits, byte(digits) != 0x30 || position == digits &+ 1 else { throw JSONFault(.number, start) }
    var kind = FieldValue.Kind.integer
    if position < end {
      let next = byte(position)
      if next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e") {
        kind = .decimal
        try scanFraction(start)
      }
    }
    return FieldValue(kind: kind, slice: TextSlice(offset: start, count: position &- start, encoding: .verbatim))
  }

  private mutating func scanFraction(_ start: Int) throws(JSONFault) {
    if byte(position) == UInt8(ascii: ".") {
      position &+= 1
      let digits = position
      skipDigits()
      guard position > digits else { throw JSONFault(.number, start) }
    }
    if position < end, byte(position) | 0x20 == UInt8(ascii: "e") {
      position &+= 1
      if position < end, byte(position) == UInt8(ascii: "+") || byte(position) == UInt8(ascii: "-") { position &+= 1 }
      let digits = position
      skipDigits()
      guard position > digits else { throw JSONFault(.number, start) }
    }
  }

  @inline(__always)
  private mutating func skipDigits() {
    while position < end, byte(position) &- 0x30 < 10 { position &+= 1 }
  }

  /// Checks and skips an array or object that starts here, without recursion.
  mutating func skipContainer(_ scratch: inout TextScratch) throws(JSONFault) {
    var depth: UInt32 = 0
    // Bit n tells whether level n is an object.
    var objects: UInt32 = 0
    while true {
      var closed = false
      let first = try peek()
      if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
        let isObject = first == UInt8(ascii: "{")
        depth += 1
        guard depth <= UInt32(Limits.nesting) else { throw JSONFault(.tooDeep, position) }
        objects = isObject ? objects | 1 &<< depth : objects & ~(1 &<< depth)
        position &+= 1
        if try peek() == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          position &+= 1
          closed = true
        } else {
          if isObject { try skipKey(&scratch) }
          continue
        }
      } else {
        _ = try scanValue(&scratch)
      }
      // After a value: close every level that ends here, then go on to the next value.
      repeat {
        if closed { depth -= 1 }
        if depth == 0 { return }
        let isObject = objects & 1 &<< depth != 0
        switch try peek() {
        case UInt8(ascii: ","):
          closed = false
          position &+= 1
          if isObject { try skipKey(&scratch) }
        case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
          position &+= 1
          closed = true
        default:
          throw JSONFault(.comma, position)
        }
      } while closed
    }
  }

  private mutating func skipKey(_ scratch: inout TextScratch) throws(JSONFault) {
    guard try peek() == UInt8(ascii: "\"") else { throw JSONFault(.key, position) }
    position &+= 1
    _ = try scanString(&scratch)
    guard try peek() == UInt8(ascii: ":") else { throw JSONFault(.colon, position) }
    position &+= 1
  }
}
