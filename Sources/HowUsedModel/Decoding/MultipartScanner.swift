/// Splits a `multipart/form-data` body into its fields. Strict about what RFC 2046 and RFC 7578 make a sender write: line
/// breaks are CRLF, nothing stands before the first delimiter, the last one is there.
struct MultipartScanner {
  struct Part {
    /// Where the field's name and its value are in the body.
    let name: Range<Int>
    let content: Range<Int>
  }

  private let body: UnsafeRawBufferPointer
  /// What separates the parts: a line break, two hyphens and the boundary.
  private let delimiter: [UInt8]
  private var position = 0

  init(_ body: UnsafeRawBufferPointer, boundary: String) {
    self.body = body
    delimiter = Array("\r\n--\(boundary)".utf8)
  }

  /// The next field; `nil` after the last.
  mutating func nextPart() throws(RequestError) -> Part? {
    if position == 0 {
      // The line break before the first delimiter belongs to a preamble, which clients don't send.
      guard has(delimiter, at: 0) || has(delimiter.dropFirst(2), at: 0) else {
        throw RequestDecoder.multipartError("it must begin with the boundary of the Content-Type")
      }
      position = has(delimiter, at: 0) ? delimiter.count : delimiter.count - 2
    }
    // Here a delimiter ends: hyphens if it was the last, blanks and a line break if it wasn't (RFC 2046, 5.1.1).
    if has("--") { return nil }
    while position < body.count, body[position] == 0x20 || body[position] == 0x09 { position += 1 }
    guard take("\r\n") else { throw RequestDecoder.multipartError("a line break must follow the boundary") }
    let name = try headers()
    let start = position
    guard let end = findDelimiter() else {
      throw RequestDecoder.multipartError("it ends before its last boundary")
    }
    position = end + delimiter.count
    return Part(name: name, content: start..<end)
  }

  /// Reads a part's headers and the empty line behind them. Returns where the field's name is.
  private mutating func headers() throws(RequestError) -> Range<Int> {
    var name: Range<Int>?
    while !take("\r\n") {
      guard let end = lineEnd() else { throw RequestDecoder.multipartError("a part's headers don't end") }
      let header = position..<end
      position = end + 2
      if lowercased(header, hasPrefix: "content-disposition:") {
        guard name == nil else { throw RequestDecoder.multipartError("a part has two Content-Dispositions") }
        name = try fieldName(header)
      } else if lowercased(header, hasPrefix: "content-transfer-encoding:") {
        try checkTransferEncoding(header)
      }
    }
    guard let name else { throw RequestDecoder.multipartError("a part has no Content-Disposition") }
    return name
  }

  /// `form-data; name="botId"`: RFC 7578, section 4.2.
  private func fieldName(_ header: Range<Int>) throws(RequestError) -> Range<Int> {
    var name: Range<Int>?
    var parameters = MultipartParameters(body, header)
    guard parameters.skipType("form-data") else {
      throw RequestDecoder.multipartError("a part's Content-Disposition must be form-data")
    }
    while let parameter = parameters.next() {
      if parameter.isNamed("filename", in: body) || parameter.isNamed("filename*", in: body) {
        throw RequestDecoder.multipartError("it holds a file; send fields only")
      }
      if parameter.isNamed("name", in: body) { name = parameter.value }
    }
    guard let name, !parameters.isMalformed else {
      throw RequestDecoder.multipartError("a part's Content-Disposition must be form-data; name=\"…\"")
    }
    return name
  }

  /// Deprecated by RFC 7578; only those that change nothing are let through.
  private func checkTransferEncoding(_ header: Range<Int>) throws(RequestError) {
    let start = "content-transfer-encoding:".utf8.count
    var value = header.lowerBound + start..<header.upperBound
    while let first = value.first, body[first] == 0x20 || body[first] == 0x09 { value = value.dropFirst() }
    guard
      lowercased(value, hasPrefix: "8bit") || lowercased(value, hasPrefix: "7bit")
        || lowercased(value, hasPrefix: "binary")
    else { throw RequestDecoder.multipartError("a part's Content-Transfer-Encoding is not supported") }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    guard has(word) else { return false }
    position += word.utf8CodeUnitCount
    return true
  }

  private func has(_ word: StaticString) -> Bool {
    has(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount), at: position)
  }

  private func has(_ bytes: some Collection<UInt8>, at start: Int) -> Bool {
    body.count - start >= bytes.count && body[start..<start + bytes.count].elementsEqual(bytes)
  }

  private func lineEnd() -> Int? {
    var index = position
    while index + 1 < body.count {
      if body[index] == 0x0D, body[index + 1] == 0x0A { return index }
      index += 1
    }
    return nil
  }

  /// A delimiter is at most 74 bytes, so that comparing it at each line break is bounded work.
  private func findDelimiter() -> Int? {
    var index = position
    while body.count - index >= delimiter.count {
      if body[index] == 0x0D, has(delimiter, at: index) { return index }
      index += 1
    }
    return nil
  }

  private func lowercased(_ range: Range<Int>, hasPrefix word: StaticString) -> Bool {
    Bytes.lowercased(UnsafeRawBufferPointer(rebasing: body[range]), hasPrefix: word)
  }
}

/// The `; name="value"` parameters of a part's header, one after another.
struct MultipartParameters {
  struct Parameter {
    let name: Range<Int>
    let value: Range<Int>

    func isNamed(_ word: StaticString, in body: UnsafeRawBufferPointer) -> Bool {
      name.count == word.utf8CodeUnitCount
        && Bytes.lowercased(UnsafeRawBufferPointer(rebasing: body[name]), hasPrefix: word)
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
      Bytes.lowercased(UnsafeRawBufferPointer(rebasing: body[position..<end]), hasPrefix: word)
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
