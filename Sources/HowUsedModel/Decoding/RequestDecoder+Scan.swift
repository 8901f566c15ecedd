extension RequestDecoder {
  enum Form {
    case json, form, multipart, unsupported
  }

  /// Finds out the body's form and reads it into `fields`. Returns whether it was JSON.
  mutating func scan(
    _ body: UnsafeRawBufferPointer,
    _ contentType: ContentType,
    now: Int64
  ) throws(RequestError) -> Bool {
    switch Self.form(of: body, contentType) {
    case .json:
      try scanJSON(body, now: now)
      return true
    case .form:
      try scanForm(body)
    case .multipart:
      guard case .multipart(let boundary) = contentType else { throw .unsupportedMediaType }
      try scanMultipart(body, boundary: boundary)
    case .unsupported:
      throw .unsupportedMediaType
    }
    return false
  }

  /// What the body is. Its declared type decides only where its look doesn't: curl declares a form whatever it sends.
  @inline(__always)
  static func form(of body: UnsafeRawBufferPointer, _ contentType: ContentType) -> Form {
    var index = 0
    while index < body.count, body[index] <= 0x20 { index &+= 1 }
    if index < body.count, body[index] == UInt8(ascii: "{") { return .json }
    switch contentType {
    case .form, .unknown: return .form
    case .json: return looksLikeForm(body, from: index) ? .form : .json
    case .multipart: return looksLikeForm(body, from: index) ? .form : .multipart
    case .unsupported: return looksLikeForm(body, from: index) ? .form : .unsupported
    }
  }

  /// Whether the body starts with a form's name and `=`: letters, digits and what else a name of ours could hold.
  private static func looksLikeForm(_ body: UnsafeRawBufferPointer, from start: Int) -> Bool {
    for byte in body[start...].prefix(64) {
      switch byte {
      case UInt8(ascii: "="): return true
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "%"):
        continue
      default: return false
      }
    }
    return false
  }

  /// Puts a field of a form among the others; `value` is not known to be UTF-8.
  mutating func insert(
    _ name: UnsafeRawBufferPointer,
    _ value: TextSlice,
    _ body: UnsafeRawBufferPointer
  ) throws(RequestError) {
    let bytes = name.baseAddress.flatMap { FieldName.of($0, count: name.count) }
    guard let field = bytes else {
      guard fields.insertUnknown(name) else { throw Self.duplicate(Excerpt.of(name)) }
      return
    }
    let isText = Bytes.isUTF8(self.bytes(of: value, in: body))
    guard fields.insert(field, FieldValue(kind: isText ? .text : .brokenText, slice: value)) else {
      throw Self.duplicate(field.text)
    }
  }
}
