extension FieldReader {
  /// "botId must be an integer from 1 to …, got null".
  @inline(never)
  func error(_ code: ErrorCode, _ name: FieldName, _ value: FieldValue?, _ expected: String) -> RequestError {
    guard let value, value.kind != .null else {
      return RequestError(code, field: name.text, "\(name.text) is missing; it must be \(expected)")
    }
    return RequestError(code, field: name.text, "\(name.text) must be \(expected), got \(words(value))")
  }

  /// What was sent, for a person: its kind, or a short safe excerpt.
  private func words(_ value: FieldValue) -> String {
    switch value.kind {
    case .text: value.slice.isEmpty ? "empty text" : "the text \"\(Excerpt.of(bytes(of: value.slice)))\""
    case .integer, .decimal: Excerpt.of(bytes(of: value.slice))
    default: value.kind.words
    }
  }
}
