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
