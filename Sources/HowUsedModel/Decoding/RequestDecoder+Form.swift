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
