import HowUsedModel

/// The value of the `Date` header field: `Sun, 22 Nov 2026 10:00:00 GMT` (RFC 9110, 5.6.7).
enum HTTPDate {
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]  // 1970-01-01 was a Thursday
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// - Parameter seconds: Unix time; before 1970 is 1970.
  static func format(_ seconds: Int64) -> String {
    let seconds = max(0, seconds)
    let days = seconds / 86_400
    let date = UTCTime.civil(daysSinceEpoch: days)
    let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(twoDigits).joined(separator: ":")
    let month = months[Int(date.month) - 1]
    return "\(weekdays[Int(days % 7)]), \(twoDigits(date.day)) \(month) \(date.year) \(time) GMT"
  }

  private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
