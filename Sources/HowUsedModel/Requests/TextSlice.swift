/// One text value of a request or of a stored fragment: where it is and how it's written there, so that nothing is
/// copied until it is needed.
package struct TextSlice: Sendable, Equatable {
  package enum Encoding: UInt8, Sendable {
    /// The bytes at `offset` of the body (or fragment) are the text in UTF-8.
    case verbatim
    /// The bytes at `offset` of the decoder's scratch memory are the text in UTF-8: it was written with escapes.
    case scratch
    /// The bytes at `offset` of a fragment are the text with JSON escapes. Requests never hold these.
    case jsonEscaped
  }

  package var offset: Int32
  /// In bytes, as stored at `offset`.
  package var count: Int32
  package var encoding: Encoding

  package init(offset: Int, count: Int, encoding: Encoding) {
    // Both are within a body, whose length is at most Limits.bodyBytes.
    self.offset = Int32(truncatingIfNeeded: offset)
    self.count = Int32(truncatingIfNeeded: count)
    self.encoding = encoding
  }

  /// No text. An absent optional text is this too.
  package static var empty: TextSlice { TextSlice(offset: 0, count: 0, encoding: .verbatim) }

  package var isEmpty: Bool { count == 0 }
}
