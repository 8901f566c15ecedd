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
  mutating func peek() throws(JSONFault) -> UInt8 {
    if position < end {
      let byte = byte(position)
      if byte > 0x20 { return byte }
    }
    skipBlanks()
    guard position < end else { throw JSONFault(.truncated, position) }
    return byte(position)
  }

  /// Consumes `{`. Returns whether a first key follows; if not, `}` is consumed too.
  mutating func openObject() throws(JSONFault) -> Bool {
    skipBlanks()
    guard position < end, byte(position) == UInt8(ascii: "{") else { throw JSONFault(.notAnObject, position) }
    position &+= 1
    guard try peek() == UInt8(ascii: "}") else { return true }
    position &+= 1
    return false
  }

  /// After a value in the object: whether another key follows. If not, `}` is consumed.
  @inline(__always)
  mutating func closeOrContinue() throws(JSONFault) -> Bool {
    switch try peek() {
    case UInt8(ascii: ","):
      position &+= 1
      return true
    case UInt8(ascii: "}"):
      position &+= 1
      return false
    default:
      throw JSONFault(.comma, position)
    }
  }

  /// Reads keys and values up to the object's end, or up to the value of `events` if `stopsAtBatch`: then the caller
  /// reads it and, if ``closeOrContinue()`` says so, calls again.
  mutating func scanMembers(
    into fields: inout RequestFields,
    scratch: inout TextScratch,
    stopsAtBatch: Bool
  ) throws(JSONFault) -> Stop {
    repeat {
      guard try peek() == UInt8(ascii: "\"") else { throw JSONFault(.key, position) }
      position &+= 1
      let keyStart = position
      let key = try scanString(&scratch)
      guard try peek() == UInt8(ascii: ":") else { throw JSONFault(.colon, position) }
      position &+= 1
      let keyBytes =
        key.encoding == .scratch ? UnsafeRawPointer(scratch.base) + Int(key.offset) : base + Int(key.offset)
      if let name = FieldName.of(keyBytes, count: Int(key.count)) {
        if name == .events, stopsAtBatch {
          // Only marks it as seen; the caller reads the value.
          let value = FieldValue(kind: .array, slice: .empty)
          guard fields.insert(.events, value) else { throw JSONFault(.duplicate, keyStart) }
          return .batch
        }
        let value = try scanValue(&scratch)
        guard fields.insert(name, value) else { throw JSONFault(.duplicate, keyStart) }
      } else {
        let bytes = UnsafeRawBufferPointer(start: keyBytes, count: Int(key.count))
        guard fields.insertUnknown(bytes) else { throw JSONFault(.duplicate, keyStart) }
        _ = try scanValue(&scratch)
      }
    } while try closeOrContinue()
    return .end
  }

  /// Only blanks may follow.
  mutating func finish() throws(JSONFault) {
    if position == end { return }
    skipBlanks()
    guard position == end else { throw JSONFault(.trailing, position) }
  }
}
