extension FieldReader {
  /// 3 to 20 Unicode scalars, no control characters (C0, DEL, C1). The text is UTF-8 already.
  @inline(__always)
  func eventName(_ value: FieldValue?) throws(RequestError) -> TextSlice {
    guard let value, value.kind == .text else { throw eventError(value) }
    let start = start(of: value.slice)
    let count = Int(value.slice.count)
    // Most names are ASCII: then a scalar is a byte.
    if Bytes.isVisibleASCII(start, count: count), Limits.eventScalars.contains(count) { return value.slice }
    return try rareEventName(value.slice)
  }

  @inline(never)
  private func rareEventName(_ slice: TextSlice) throws(RequestError) -> TextSlice {
    var scalars = 0
    var hasControl = false
    var previous: UInt8 = 0
    for byte in bytes(of: slice) {
      if byte & 0xC0 != 0x80 { scalars &+= 1 }
      // C1 controls are U+0080…U+009F: 0xC2 and a byte below 0xA0.
      hasControl = hasControl || byte < 0x20 || byte == 0x7F || previous == 0xC2 && byte < 0xA0
      previous = byte
    }
    guard Limits.eventScalars.contains(scalars) else { throw eventLengthError(scalars) }
    guard !hasControl else {
      throw RequestError(.invalidEvent, field: "event", "event must not hold control characters")
    }
    return slice
  }

  private func eventError(_ value: FieldValue?) -> RequestError {
    error(.invalidEvent, .event, value, "text of 3 to 20 characters")
  }

  private func eventLengthError(_ scalars: Int) -> RequestError {
    RequestError(.invalidEvent, field: "event", "event must be 3 to 20 characters, got \(scalars)")
  }
}
