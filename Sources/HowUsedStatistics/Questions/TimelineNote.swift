/// What is special about the buckets of a ``Timeline``, for a person to know.
package enum TimelineNote: String, Hashable, Sendable {
  case daysInUTC = "utc_days"

  /// In English. The raw value is for programs, and for those who say it in another language.
  package var text: String {
    switch self {
    case .daysInUTC: "days as old as these are known in UTC only, so all of these are days of UTC"
    }
  }
}
