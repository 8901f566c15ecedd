extension RequestDecoder {
  /// Reads a JSON body into `fields` and `batch`.
  mutating func scanJSON(_ body: UnsafeRawBufferPointer, now: Int64) throws(RequestError) {
    do throws(JSONFault) {
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
  ) throws(JSONFault) {
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
      default: throw JSONFault(.comma, scanner.position)
      }
    }
  }

  private static func error(_ fault: JSONFault, _ body: UnsafeRawBufferPointer) -> RequestError {
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
