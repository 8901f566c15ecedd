/// A client's own text as an error may show it back.
enum Excerpt {
  private static let scalars = 24

  /// At most 24 characters, with anything that isn't printable replaced.
  static func of(_ bytes: UnsafeRawBufferPointer) -> String {
    // A scalar is at most 4 bytes, so that these hold all that is shown.
    let text = String(decoding: bytes.prefix(4 * (scalars + 1)), as: UTF8.self).unicodeScalars
    var shown = String.UnicodeScalarView()
    for scalar in text.prefix(scalars) {
      let isPrintable =
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      shown.append(isPrintable ? scalar : "\u{FFFD}")
    }
    return String(shown) + (text.count > scalars ? "…" : "")
  }
}
