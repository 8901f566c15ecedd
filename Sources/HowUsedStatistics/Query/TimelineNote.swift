/// What is special about the buckets of a ``Timeline``, for a person to know.
package enum TimelineNote: String, Sendable {
  case daysInUTC = "utc_days"
  case daysByWholeHours = "whole_hours"

  /// In English. The raw value is for programs, and for those who say it in another language.
  package var text: String {
    switch self {
    case .daysInUTC: "days older than 90 days are known in UTC only, so these are days in UTC"
    case .daysByWholeHours: "counted by whole hours in UTC, so days begin up to an hour before midnight"
    }
  }
}
