/// What a ``ChartQuery`` found.
package struct ChartAnswer: Sendable, Equatable {
  package struct Series: Sendable, Equatable {
    /// As stored, with JSON escapes. Empty: the events that don't have the param.
    package var name: [UInt8]
    /// Of uses and new users the sum, of users how many different ones over the whole time, of online the highest, of
    /// active users the last point's.
    package var total: Int64
    /// One for each point.
    package var values: [Int64]

    package init(name: [UInt8], total: Int64, values: [Int64]) {
      self.name = name
      self.total = total
      self.values = values
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  /// Without a segment one, ``allName``; of active users three, ``activeNames``; with a segment the largest
  /// ``ChartQuery/seriesLimit`` by total, ties by name, then ``otherName`` if there is a rest. Of uses, last,
  /// ``unattributedName`` if there are any.
  package var series: [Series]
  /// Of ``ChartQuery/previous``; nil when that is.
  package var previous: Series?
  /// Whether users were sampled.
  package var isApproximate = false

  package static let allName = Array("all".utf8)
  package static let otherName = Array("__other__".utf8)
  package static let unattributedName = Array("__unattributed__".utf8)
  /// Of 1, 7 and 30 days.
  package static let activeNames = ["daily", "weekly", "monthly"].map { Array($0.utf8) }

  package init(asOf: Int64, series: [Series]) {
    self.asOf = asOf
    self.series = series
  }
}
