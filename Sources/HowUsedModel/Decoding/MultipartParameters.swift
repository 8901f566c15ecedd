/// The `; name="value"` parameters of a part's header, one after another.
struct MultipartParameters {
  struct Parameter {
    let name: Range<Int>
    let value: Range<Int>

    func isNamed(_ word: StaticString, in body: UnsafeRawBufferPointer) -> Bool {
      name.count == word.utf8CodeUnitCount
        && ASCII.lowercased(UnsafeRawBufferPointer(rebasing: body[name]), hasPrefix: word)
    }
  }

  private let body: UnsafeRawBufferPointer
  private let end: Int
  private var position: Int

  /// `header` is a whole header line without its line break.
  init(_ body: UnsafeRawBufferPointer, _ header: Range<Int>) {
    self.body = body
    end = header.upperBound
    position = header.lowerBound
    while position < end, body[position] != UInt8(ascii: ":") { position += 1 }
    position += 1
  }

  private(set) var isMalformed = false

  /// Consumes the header's main value if it is `word`.
  mutating func skipType(_ word: StaticString) -> Bool {
    skipBlanks()
    guard position <= end,
      ASCII.lowercased(UnsafeRawBufferPointer(rebasing: body[position..<end]), hasPrefix: word)
    else { return false }
    position += word.utf8CodeUnitCount
    skipBlanks()
    return position >= end || body[position] == UInt8(ascii: ";")
  }

  /// The next parameter; `nil` at the end or at anything malformed, which ``isMalformed`` tells apart.
  mutating func next() -> Parameter? {
    skipBlanks()
    guard position < end else { return nil }
    let parameter = read()
    if parameter == nil { isMalformed = true }
    return parameter
  }

  private mutating func read() -> Parameter? {
    guard position < end, body[position] == UInt8(ascii: ";") else { return nil }
    position += 1
    skipBlanks()
    let nameStart = position
    while position < end, body[position] != UInt8(ascii: "="), body[position] != UInt8(ascii: ";") { position += 1 }
    let name = nameStart..<position
    guard position < end, body[position] == UInt8(ascii: "="), !name.isEmpty else { return nil }
    position += 1
    guard position < end, body[position] == UInt8(ascii: "\"") else {
      let valueStart = position
      while position < end, body[position] != UInt8(ascii: ";") { position += 1 }
      return Parameter(name: name, value: valueStart..<position)
    }
    position += 1
    let valueStart = position
    // Browsers write %22 for a quote in a name, older clients a backslash and a quote. Either is only skipped over: no
    // name that means something here holds one.
    while position < end, body[position] != UInt8(ascii: "\"") {
      position += body[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < end else { return nil }
    position += 1
    return Parameter(name: name, value: valueStart..<position - 1)
  }

  private mutating func skipBlanks() {
    while position < end, body[position] == 0x20 || body[position] == 0x09 { position += 1 }
  }
}
