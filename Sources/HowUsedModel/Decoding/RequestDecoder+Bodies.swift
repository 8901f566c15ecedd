internal import ByteText

extension RequestDecoder {
  /// Reads a JSON body into `fields` and `batch`.
  mutating func scanJSON(_ body: UnsafeRawBufferPointer, now: Int64) throws(RequestError) {
    do throws(JSONError) {
      var scanner = JSONScanner(body, emptyBase: UnsafeRawPointer(scratch.base))
      if try scanner.openObject() {
        while try scanner.scanMembers(into: &fields, scratch: &scratch, stopsAtBatch: true) == .batch {
          try scanBatch(&scanner, body, now: now)
          guard try scanner.closeOrContinue() else { break }
        }
      }
      try scanner.finish()
    } catch {
      throw Self.error(error, body)
    }
  }

  /// Reads the value of `events`. Items are checked as they come: the bot and token may stand behind them.
  private mutating func scanBatch(
    _ scanner: inout JSONScanner,
    _ body: UnsafeRawBufferPointer,
    now: Int64
  ) throws(JSONError) {
    guard try scanner.peek() == UInt8(ascii: "[") else {
      _ = try scanner.scanValue(&scratch)
      return
    }
    batch.begin()
    scanner.position += 1
    if try scanner.peek() == UInt8(ascii: "]") {
      scanner.position += 1
      return
    }
    while true {
      if try scanner.peek() == UInt8(ascii: "{") {
        itemFields.removeAll()
        if try scanner.openObject() {
          _ = try scanner.scanMembers(into: &itemFields, scratch: &scratch, stopsAtBatch: false)
        }
        batch.append(itemFields, reader(body, now: now))
      } else {
        batch.appendOther(try scanner.scanValue(&scratch))
      }
      switch try scanner.peek() {
      case UInt8(ascii: ","): scanner.position += 1
      case UInt8(ascii: "]"):
        scanner.position += 1
        return
      default: throw JSONError(.comma, scanner.position)
      }
    }
  }

  private static func error(_ fault: JSONError, _ body: UnsafeRawBufferPointer) -> RequestError {
    let offset = Int(fault.offset)
    guard fault.kind == .duplicate else {
      return RequestError(.invalidJSON, "the body is not valid JSON: \(fault.words), at byte \(offset)")
    }
    let key = body[offset...].prefix { $0 != UInt8(ascii: "\"") }
    return duplicate(Excerpt.of(UnsafeRawBufferPointer(rebasing: key)))
  }

  static func duplicate(_ key: String) -> RequestError {
    RequestError(.duplicateField, field: key, "\(key) was sent more than once")
  }
}

extension RequestDecoder {
  /// Reads an `application/x-www-form-urlencoded` body into `fields` (WHATWG URL Standard, section 5.1). Unlike there, a
  /// `%` that no two hexadecimal digits follow is refused: it's a sign that a value wasn't encoded.
  mutating func scanForm(_ body: UnsafeRawBufferPointer) throws(RequestError) {
    var start = 0
    while start < body.count {
      var end = start
      var equals = -1
      var nameIsPlain = true
      var valueIsPlain = true
      while true {
        end = Bytes.nextFormSpecial(body, from: end)
        guard end < body.count else { break }
        let byte = body[end]
        if byte == UInt8(ascii: "&") { break }
        if byte == UInt8(ascii: "="), equals < 0 {
          equals = end
        } else if byte != UInt8(ascii: "=") {
          if equals < 0 { nameIsPlain = false } else { valueIsPlain = false }
        }
        end += 1
      }
      if end > start {
        let nameEnd = equals < 0 ? end : equals
        let valueStart = equals < 0 ? end : equals + 1
        let name = try text(start, nameEnd, isPlain: nameIsPlain, body)
        let value = try text(valueStart, end, isPlain: valueIsPlain, body)
        try insert(bytes(of: name, in: body), value, body)
      }
      start = end + 1
    }
  }

  private mutating func text(
    _ start: Int,
    _ end: Int,
    isPlain: Bool,
    _ body: UnsafeRawBufferPointer
  ) throws(RequestError) -> TextSlice {
    guard !isPlain else { return TextSlice(offset: start, count: end - start, encoding: .verbatim) }
    scratch.reserve()
    let offset = scratch.used
    var index = start
    while index < end {
      switch body[index] {
      case UInt8(ascii: "+"):
        scratch.append(0x20)
        index += 1
      case UInt8(ascii: "%"):
        guard end - index >= 3, let high = Hex.value(body[index + 1]), let low = Hex.value(body[index + 2]) else {
          throw RequestError(
            .invalidForm,
            "the form is not valid: two hexadecimal digits must follow a % (which itself is %25), at byte \(index)"
          )
        }
        scratch.append(high << 4 | low)
        index += 3
      default:
        scratch.append(body[index])
        index += 1
      }
    }
    return TextSlice(offset: offset, count: scratch.used - offset, encoding: .scratch)
  }
}

extension RequestDecoder {
  /// Reads a `multipart/form-data` body (RFC 7578) into `fields`. Only fields are taken; a file is refused.
  mutating func scanMultipart(_ body: UnsafeRawBufferPointer, boundary: String) throws(RequestError) {
    guard !boundary.isEmpty else {
      throw Self.multipartError("the Content-Type names no usable boundary")
    }
    var scanner = MultipartScanner(body, boundary: boundary)
    while let part = try scanner.nextPart() {
      let value = TextSlice(offset: part.content.lowerBound, count: part.content.count, encoding: .verbatim)
      try insert(UnsafeRawBufferPointer(rebasing: body[part.name]), value, body)
    }
  }

  static func multipartError(_ detail: String) -> RequestError {
    RequestError(.invalidMultipart, "the multipart body is not valid: \(detail)")
  }
}
