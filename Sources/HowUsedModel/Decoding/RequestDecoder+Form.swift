extension RequestDecoder {
  /// Finds out the body's form and reads it into `fields`. Returns whether it was JSON.
  mutating func scan(
    _ body: UnsafeRawBufferPointer,
    _ contentType: ContentType,
    now: Int64
  ) throws(RequestError) -> Bool {
    if case .multipart = contentType { throw .unsupportedMediaType }
    try scanJSON(body, now: now)
    return true
  }
}
