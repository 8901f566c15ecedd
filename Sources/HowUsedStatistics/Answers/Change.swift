/// How much more it is than before, as answers say it.
enum Change {
  /// 0.5 is half as much more, to four digits; `null` when there was nothing before.
  static func json(from before: Int64, to after: Int64) -> String {
    guard before > 0 else { return "null" }
    return ratio(Double(after) - Double(before), of: Double(before))
  }

  /// Rounded to four digits. `whole` isn't 0.
  static func ratio(_ part: Double, of whole: Double) -> String {
    let rounded = (part / whole * 10_000).rounded() / 10_000
    // Not -0.0.
    return String(rounded == 0 ? 0.0 : rounded)
  }
}
