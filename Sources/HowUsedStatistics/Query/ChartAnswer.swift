/// What a ``ChartQuery`` found.
package struct ChartAnswer: Sendable, Equatable {
  package struct Series: Sendable, Equatable {
    /// As stored, with JSON escapes.
    package var name: [UInt8]
    /// Of uses and new users the sum, of users how many different ones, of online the highest.
    package var total: Int64
    package var values: [Int64]

    package init(name: [UInt8], total: Int64, values: [Int64]) {
      self.name = name
      self.total = total
      self.values = values
    }
  }

  package var series: [Series]
  /// Whether a number is an estimate, of 0.81 % standard error.
  package var isApproximate = false
  /// Uses that came after a bucket was full and therefore may or may not belong to what was asked for.
  package var unattributedUses: Int64 = 0
  /// Buckets in which users of some dimensions weren't counted one by one, since there were too many.
  package var crowdedBuckets = 0
  /// Smaller series that are in no `__other__`, since uniting their users would take too long.
  package var omittedSeries = 0

  package static let otherName = Array("__other__".utf8)
  package static let allName = Array("all".utf8)

  package init(series: [Series]) { self.series = series }
}
