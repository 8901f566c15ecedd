internal import ByteText

/// A strict single-pass reader of one flat JSON object (RFC 8259) with known keys. Unknown keys are skipped, whatever
/// they hold, but checked all the same.
///
/// It reads eight bytes at a time where it can, allocates nothing and never reads at or past `end`.
struct JSONScanner {
  let base: UnsafeRawPointer
  let end: Int
  var position = 0

  init(_ body: UnsafeRawBufferPointer, emptyBase: UnsafeRawPointer) {
    base = body.baseAddress ?? emptyBase
    end = body.count
  }

  enum Stop {
    /// The object is closed.
    case end
    /// Before the value of the key `events`.
    case batch
  }

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { base.load(fromByteOffset: offset, as: UInt8.self) }

  @inline(__always)
  mutating func skipBlanks() {
    while position < end {
      let byte = byte(position)
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position &+= 1
    }
  }

  /// The byte here, after blanks; it is not consumed.
  @inline(__always)
  mutating func peek() throws(JSONError) -> UInt8 {
    if position < end {
      let byte = byte(position)
      if byte > 0x20 { return byte }
    }
    skipBlanks()
    guard position < end else { throw JSONError(.truncated, position) }
    return byte(position)
  }

  /// Consumes `{`. Returns whether a first key follows; if not, `}` is consumed too.
  mutating func openObject() throws(JSONError) -> Bool {
    skipBlanks()
    guard position < end, byte(position) == UInt8(ascii: "{") else { throw JSONError(.notAnObject, position) }
    position &+= 1
    guard try peek() == UInt8(ascii: "}") else { return true }
    position &+= 1
    return false
  }

  /// After a value in the object: whether another key follows. If not, `}` is consumed.
  @inline(__always)
  mutating func closeOrContinue() throws(JSONError) -> Bool {
    switch try peek() {
    case UInt8(ascii: ","):
      position &+= 1
      return true
    case UInt8(ascii: "}"):
      position &+= 1
      return false
    default:
      throw JSONError(.comma, position)
    }
  }

  /// Reads keys and values up to the object's end, or up to the value of `events` if `stopsAtBatch`: then the caller
  /// reads it and, if ``closeOrContinue()`` says so, calls again.
  mutating func scanMembers(
    into fields: inout RequestFields,
    scratch: inout TextScratch,
    stopsAtBatch: Bool
  ) throws(JSONError) -> Stop {
    repeat {
      guard try peek() == UInt8(ascii: "\"") else { throw JSONError(.key, position) }
      position &+= 1
      let keyStart = position
      let key = try scanString(&scratch)
      guard try peek() == UInt8(ascii: ":") else { throw JSONError(.colon, position) }
      position &+= 1
      let keyBytes =
        key.encoding == .scratch ? UnsafeRawPointer(scratch.base) + Int(key.offset) : base + Int(key.offset)
      if let name = FieldName.of(keyBytes, count: Int(key.count)) {
        if name == .events, stopsAtBatch {
          // Only marks it as seen; the caller reads the value.
          let value = FieldValue(kind: .array, slice: .empty)
          guard fields.insert(.events, value) else { throw JSONError(.duplicate, keyStart) }
          return .batch
        }
        let value = try scanValue(&scratch)
        guard fields.insert(name, value) else { throw JSONError(.duplicate, keyStart) }
      } else {
        let bytes = UnsafeRawBufferPointer(start: keyBytes, count: Int(key.count))
        guard fields.insertUnknown(bytes) else { throw JSONError(.duplicate, keyStart) }
        _ = try scanValue(&scratch)
      }
    } while try closeOrContinue()
    return .end
  }

  /// Only blanks may follow.
  mutating func finish() throws(JSONError) {
    if position == end { return }
    skipBlanks()
    guard position == end else { throw JSONError(.trailing, position) }
  }

  /// Reads one value of any kind. Arrays and objects are checked and skipped.
  @inline(__always)
  mutating func scanValue(_ scratch: inout TextScratch) throws(JSONError) -> FieldValue {
    let first = try peek()
    if first == UInt8(ascii: "\"") {
      position &+= 1
      return FieldValue(kind: .text, slice: try scanString(&scratch))
    }
    if first &- 0x30 < 10 || first == UInt8(ascii: "-") { return try scanNumber() }
    return try scanOther(first, &scratch)
  }

  private mutating func scanOther(_ first: UInt8, _ scratch: inout TextScratch) throws(JSONError) -> FieldValue {
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
    default: throw JSONError(.value, position)
    }
  }

  private mutating func scanWord(_ word: StaticString) throws(JSONError) -> TextSlice {
    let count = word.utf8CodeUnitCount
    guard end - position >= count, (base + position).equals(word) else { throw JSONError(.value, position) }
    let slice = TextSlice(offset: position, count: count, encoding: .verbatim)
    position &+= count
    return slice
  }

  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`. What follows is the caller's to check.
  @inline(__always)
  mutating func scanNumber() throws(JSONError) -> FieldValue {
    let start = position
    if byte(position) == UInt8(ascii: "-") { position &+= 1 }
    let digits = position
    skipDigits()
    guard position > digits, byte(digits) != 0x30 || position == digits &+ 1 else { throw JSONError(.number, start) }
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

  private mutating func scanFraction(_ start: Int) throws(JSONError) {
    if byte(position) == UInt8(ascii: ".") {
      position &+= 1
      let digits = position
      skipDigits()
      guard position > digits else { throw JSONError(.number, start) }
    }
    if position < end, byte(position) | 0x20 == UInt8(ascii: "e") {
      position &+= 1
      if position < end, byte(position) == UInt8(ascii: "+") || byte(position) == UInt8(ascii: "-") { position &+= 1 }
      let digits = position
      skipDigits()
      guard position > digits else { throw JSONError(.number, start) }
    }
  }

  @inline(__always)
  private mutating func skipDigits() {
    while position < end, byte(position) &- 0x30 < 10 { position &+= 1 }
  }

  /// Checks and skips an array or object that starts here, without recursion.
  mutating func skipContainer(_ scratch: inout TextScratch) throws(JSONError) {
    var depth: UInt32 = 0
    // Bit n tells whether level n is an object.
    var objects: UInt32 = 0
    while true {
      var closed = false
      let first = try peek()
      if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
        let isObject = first == UInt8(ascii: "{")
        depth += 1
        guard depth <= UInt32(Limits.nesting) else { throw JSONError(.tooDeep, position) }
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
          throw JSONError(.comma, position)
        }
      } while closed
    }
  }

  private mutating func skipKey(_ scratch: inout TextScratch) throws(JSONError) {
    guard try peek() == UInt8(ascii: "\"") else { throw JSONError(.key, position) }
    position &+= 1
    _ = try scanString(&scratch)
    guard try peek() == UInt8(ascii: ":") else { throw JSONError(.colon, position) }
    position &+= 1
  }

  /// Reads a string whose opening quote was consumed. Its bytes are checked; a string without escapes stays where it
  /// is, another is decoded into `scratch`.
  @inline(__always)
  mutating func scanString(_ scratch: inout TextScratch) throws(JSONError) -> TextSlice {
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
  private mutating func scanRareString(_ start: Int, _ scratch: inout TextScratch) throws(JSONError) -> TextSlice {
    while position < end {
      let byte = byte(position)
      switch byte {
      case UInt8(ascii: "\""):
        let slice = TextSlice(offset: start, count: position &- start, encoding: .verbatim)
        position &+= 1
        return slice
      case UInt8(ascii: "\\"):
        return try scanEscapedString(start, &scratch)
      default:
        try skipScalar(byte)
      }
    }
    throw JSONError(.truncated, position)
  }

  /// Consumes a scalar that begins with `byte` and is neither a quote nor a backslash.
  @inline(__always)
  private mutating func skipScalar(_ byte: UInt8) throws(JSONError) {
    guard byte >= 0x20 else { throw JSONError(.control, position) }
    let length = byte < 0x80 ? 1 : Bytes.sequenceLength(base + position, available: end &- position)
    guard length > 0 else { throw JSONError(.utf8, position) }
    position &+= length
  }

  /// As above, from the first backslash on; what stands before it, from `start`, is copied.
  private mutating func scanEscapedString(_ start: Int, _ scratch: inout TextScratch) throws(JSONError) -> TextSlice {
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
      default:
        try skipScalar(byte)
      }
    }
    throw JSONError(.truncated, position)
  }

  private mutating func scanEscape(_ scratch: inout TextScratch) throws(JSONError) {
    let start = position
    guard end &- position >= 2 else { throw JSONError(.truncated, end) }
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
        else { throw JSONError(.loneSurrogate, start) }
        position &+= 2
        let low = try scanHex(start)
        guard low & 0xFC00 == 0xDC00 else { throw JSONError(.loneSurrogate, start) }
        scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
      } else if scalar & 0xFC00 == 0xDC00 {
        throw JSONError(.loneSurrogate, start)
      }
      scratch.append(scalar: scalar)
    default: throw JSONError(.escape, start)
    }
  }

  private mutating func scanHex(_ start: Int) throws(JSONError) -> UInt32 {
    guard end &- position >= 4 else { throw JSONError(.truncated, end) }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Hex.value(byte(position)) else { throw JSONError(.escape, start) }
      value = value &<< 4 | UInt32(digit)
      position &+= 1
    }
    return value
  }
}

/// Why a body is not the JSON that a request must be, and where. Small, so that throwing it costs nothing.
struct JSONError: Error, Equatable {
  enum Kind: UInt8 {
    case truncated, notAnObject, key, colon, comma, value, number, control, escape, loneSurrogate, utf8, tooDeep,
      trailing
    case duplicate
  }

  let kind: Kind
  /// Where in the body; for a duplicate, where its key starts.
  let offset: Int32

  init(_ kind: Kind, _ offset: Int) {
    self.kind = kind
    self.offset = Int32(truncatingIfNeeded: offset)
  }

  var words: String {
    switch kind {
    case .truncated: "it ends too early"
    case .notAnObject: "it must be one object, {…}"
    case .key: "a key in double quotes is expected"
    case .colon: "a colon is expected"
    case .comma: "a comma or the end is expected"
    case .value: "a value is expected"
    case .number: "a number is malformed"
    case .control: "a control character must be escaped"
    case .escape: "an escape is malformed"
    case .loneSurrogate: "an escaped surrogate has no other half"
    case .utf8: "it must be UTF-8"
    case .tooDeep: "an unknown key's value may nest \(Limits.nesting) levels"
    case .trailing: "nothing may follow the object"
    case .duplicate: "a key was sent twice"
    }
  }
}
