/// What a chart shows.
package enum ChartMetric: String, CaseIterable, Hashable, Sendable {
  /// Events.
  case uses
  /// Different users.
  case users
  /// Users by the time of their registration: the one that was sent, else their first known event. Filters and the
  /// segment look at that first event.
  case new
  /// The highest number of users seen within two consecutive minutes.
  case online
  /// Different users within the 1, 7 and 30 local days that end with each day.
  case active
}
