/// What a chart shows.
package enum ChartMetric: String, CaseIterable, Sendable {
  /// Events.
  case uses
  /// Different users.
  case users
  /// Users whose registration falls into the bucket.
  case new
  /// The highest number of users online, of 120 seconds.
  case online
}
