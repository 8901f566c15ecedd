import HowUsedModel

/// Calendar months of UTC.
enum MonthTime {
  /// The month that a time is in, in Unix seconds. Times before 1970 are in its first month.
  static func range(of time: Int64) -> Range<Int64> {
    let date = UTCTime.civil(daysSinceEpoch: max(0, time) / DayCounter.secondsPerDay)
    let next = date.month == 12 ? (date.year + 1, 1) : (date.year, date.month + 1)
    let start = UTCTime.daysSinceEpoch(year: date.year, month: date.month, day: 1)
    let end = UTCTime.daysSinceEpoch(year: next.0, month: next.1, day: 1)
    return start * DayCounter.secondsPerDay..<end * DayCounter.secondsPerDay
  }
}
