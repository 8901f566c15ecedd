package import HowUsedModel

/// Which time a chart is asked for, as written in the query; makes a ``Timeline`` of it.
package struct TimelineRequest: Sendable {
  /// Unix seconds; nil: `period` before `to`.
  package var from: Int64?
  /// Unix seconds; nil: now.
  package var to: Int64?
  /// Seconds.
  package var period: Int64 = 86_400
  /// Seconds, one of ``steps``; nil: whatever suits the length.
  package var step: Int64?
  package var days = LocalDays.utc
  /// Whether the days are those of UTC, whatever the time of year.
  package var isUTC = true

  package init() {}

  package static let steps: [Int64] = [60, 300, 900, 3600, 86_400, 604_800]
  /// The most points of a chart.
  package static let pointLimit: Int64 = 5000

  /// - Parameter now: Unix seconds.
  package func timeline(now: Int64) throws(RequestError) -> Timeline {
    let to = to ?? now
    let from = from ?? to - period
    guard from < to else { throw Self.wrong("from", "from must be before to") }
    guard from >= now - Resolution.day.retention - 604_800 else {
      let name = self.from != nil ? "from" : self.to != nil ? "to" : "period"
      throw Self.wrong(name, "statistics are kept for 2 years")
    }
    guard to <= now + 366 * 86_400 else { throw Self.wrong("to", "to is more than a year in the future") }
    let step = step ?? automaticStep(from: from, to: to, now: now)
    guard (to - from) / step < Self.pointLimit else {
      throw Self.wrong("divider", "that would be more than \(Self.pointLimit) points: choose a larger divider")
    }
    if step >= 86_400 { return days(step: step, from: from, to: to, now: now) }
    let resolution: Resolution = step < 3600 ? .minute : .hour
    let bounds = even(step: step, from: from, to: to)
    let name = self.from == nil ? "period" : "from"
    guard resolution.expiry(ofBucket: resolution.bucket(at: bounds[0])) > now else {
      throw resolution == .minute
        ? Self.wrong(name, "minutes are kept for 48 hours: choose a later from, a shorter period or divider=1h")
        : Self.wrong(name, "hours are kept for 90 days: choose a later from, a shorter period or divider=24h")
    }
    return Timeline(bounds: bounds, step: step, resolution: resolution)
  }

  private static func wrong(_ field: String, _ detail: String) -> RequestError {
    RequestError(.badRequest, field: field, detail)
  }

  private func automaticStep(from: Int64, to: Int64, now: Int64) -> Int64 {
    let length = to - from
    let age = now - from
    // A given time is rounded down to a whole bucket, which must still be there.
    let slack: Int64 = self.from == nil ? 0 : 900
    if age + slack <= Resolution.minute.retention {
      if length <= 3 * 3600 { return 60 }
      if length <= 12 * 3600 { return 300 }
      if length <= 48 * 3600 { return 900 }
    }
    if age <= Resolution.hour.retention, length <= 14 * 86_400 { return 3600 }
    return length <= 200 * 86_400 ? 86_400 : 604_800
  }

  /// Points of equal length. A period ends with the bucket that `to` falls in, and holds as many as fit it.
  private func even(step: Int64, from: Int64, to: Int64) -> [Int64] {
    let end = (to + step - 1) / step * step
    let first = self.from == nil ? end - max((period + step - 1) / step, 1) * step : from / step * step
    return Array(stride(from: first, through: end, by: Int64.Stride(step)))
  }

  /// Points that begin with a local day (or the Monday of a week).
  private func days(step: Int64, from: Int64, to: Int64, now: Int64) -> Timeline {
    let length = step / 86_400
    // Day 4 after 1970-01-01, a Thursday, is a Monday.
    func first(_ day: Int64) -> Int64 {
      length == 1 ? day : day - ((day - 4) % length + length) % length
    }
    func boundaries(_ calendar: LocalDays) -> [Int64] {
      let end = first(calendar.day(at: to - 1)) + length
      let count = max((period + step - 1) / step, 1)
      let begin = self.from == nil ? end - count * length : first(calendar.day(at: from))
      return stride(from: begin, through: end, by: Int64.Stride(length)).map { calendar.start(ofDay: $0) }
    }
    let local = isUTC ? boundaries(.utc) : boundaries(days)
    if local.allSatisfy({ $0 % 86_400 == 0 }) { return Timeline(bounds: local, step: step, resolution: .day) }
    // Hours expire before days do.
    guard Resolution.hour.expiry(ofBucket: Resolution.hour.bucket(at: local[0])) > now else {
      return Timeline(bounds: boundaries(.utc), step: step, resolution: .day, note: .daysInUTC)
    }
    let rounded = local.map { $0 / 3600 * 3600 }
    return Timeline(
      bounds: rounded,
      step: step,
      resolution: .hour,
      note: rounded == local ? nil : .daysByWholeHours
    )
  }
}
