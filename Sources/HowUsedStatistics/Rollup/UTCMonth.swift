import HowUsedModel

/// Months of UTC, by their beginnings in Unix seconds.
enum UTCMonth {
  static func start(of seconds: Int64) -> Int64 {
    let civil = UTCTime.civil(daysSinceEpoch: max(seconds, 0) / 86_400)
    return UTCTime.daysSinceEpoch(year: civil.year, month: civil.month, day: 1) * 86_400
  }

  /// The beginning of the next month.
  static func end(of seconds: Int64) -> Int64 {
    let civil = UTCTime.civil(daysSinceEpoch: max(seconds, 0) / 86_400)
    let (year, month) = civil.month == 12 ? (civil.year + 1, 1) : (civil.year, civil.month + 1)
    return UTCTime.daysSinceEpoch(year: year, month: month, day: 1) * 86_400
  }
}
