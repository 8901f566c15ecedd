/// Redis's glob patterns (`KEYS`, `SCAN`).
enum GlobPattern {
  /// A pattern that matches the text itself.
  static func literal(_ text: String) -> String {
    var pattern = ""
    for character in text {
      if "*?[]\\^".contains(character) { pattern.append("\\") }
      pattern.append(character)
    }
    return pattern
  }
}
