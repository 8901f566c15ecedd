package import HowUsedModel

/// Which time is asked for, as written in the query; makes a ``Timeline`` of it.
package struct TimelineRequest: Hashable, Sendable {
  /// What is asked for besides the time itself.
  package enum Before: Hashable, Sendable {
    case nothing
    /// As many points before it.
    case previous
    /// So many days before it. Only where a step is a day.
    case days(Int)
  }

  /// Unix seconds; nil: the period before `to`. Before ``earliest`` there is nothing, so that is where it begins then.
  package var from: Int64?
  /// Unix seconds; nil: now, the present second included.
  package var to: Int64?
  /// Seconds; nil: ``defaultPeriod``.
  package var period: Int64?
  package var defaultPeriod: Int64 = 86_400
  /// Seconds, one of ``steps``; nil: whatever suits the length.
  package var step: Int64?
  package var days = LocalDays.utc
  package var retention = StatisticsRetention()
  package var before = Before.nothing

  package init() {}

  package static let steps: [Int64] = [60, 300, 900, 3600, 86_400, 604_800]
  /// The most points of a chart.
  package static let pointLimit: Int64 = 5000
  /// Nothing is counted before, unix seconds.
  package static let earliest = Limits.earliestRegisterTime
  /// How far after now a chart may end, in seconds.
  private static let ahead: Int64 = 366 * 86_400

  /// - Parameter now: unix seconds.
  /// - Returns: the timeline, and what is asked for besides it.
  package func timeline(now: Int64) throws(RequestError) -> (timeline: Timeline, before: Timeline?) {
    let time = try time(now: now)
    let length = time.upperBound - time.lowerBound
    let steps = step.map { [$0] } ?? Self.automaticSteps(length)
    guard length / (steps.last ?? 1) < Self.pointLimit else {
      throw Self.wrong("divider", "that would be more than \(Self.pointLimit) points: choose a larger divider")
    }
    for step in steps {
      let found = timelines(time, step, now)
      let base = found.timeline.base
      let kept = retention.earliest(base, now: now)
      if found.timeline.start >= kept, found.before.map({ $0.start >= kept }) ?? true { return found }
      if step == steps.last { throw tooOld(base, step, isTimeline: found.timeline.start < kept) }
    }
    throw Self.wrong("divider", "divider must be auto, 1m, 5m, 15m, 1h, 24h or 7d")
  }

  /// What was asked for, not yet of whole buckets.
  private func time(now: Int64) throws(RequestError) -> Range<Int64> {
    let to = to ?? now + 1
    guard to <= now + Self.ahead else { throw Self.wrong("to", "to is more than a year in the future") }
    guard to > Self.earliest else { throw Self.wrong("to", "to must be after 2010-01-01: nothing is older") }
    let from = from ?? to - (period ?? defaultPeriod)
    guard from < to else { throw Self.wrong("from", "from must be before to") }
    return max(from, Self.earliest)..<to
  }

  private static func wrong(_ field: String, _ detail: String) -> RequestError {
    RequestError(.badRequest, field: field, detail)
  }

  /// The finest that suits a length, then those that are kept longer.
  private static func automaticSteps(_ length: Int64) -> [Int64] {
    if length <= 3 * 3600 { return [60, 900, 3600, 86_400] }
    if length <= 12 * 3600 { return [300, 900, 3600, 86_400] }
    if length <= 48 * 3600 { return [900, 3600, 86_400] }
    if length <= 14 * 86_400 { return [3600, 86_400] }
    return length <= 200 * 86_400 ? [86_400] : [604_800]
  }

  private func tooOld(_ base: BaseBucket, _ step: Int64, isTimeline: Bool) -> RequestError {
    let (what, kept, other) =
      base == .minute
      ? ("minutes are", retention.minutes, "15m")
      : (step == 900 ? "quarters of an hour are" : "hours are", retention.quarters, "24h")
    let length = kept % 86_400 == 0 && kept > 2 * 86_400 ? "\(kept / 86_400) days" : "\(kept / 3600) hours"
    guard isTimeline else {
      return Self.wrong(
        "compare",
        "\(what) kept for \(length), and the time before began earlier: choose a shorter period or divider=\(other)"
      )
    }
    let name = from != nil ? "from" : to != nil ? "to" : "period"
    return Self.wrong(name, "\(what) kept for \(length): choose a later from, a shorter period or divider=\(other)")
  }

  // MARK: Cohorts

  /// The cohorts of the time that is asked for, and the units in which they may have come back.
  func retention(_ unit: RetentionQuery.Unit, now: Int64) throws(RequestError) -> RetentionQuery {
    var request = self
    request.defaultPeriod = unit == .week ? 12 * unit.step : 30 * unit.step
    request.to = min(to ?? now + 1, now + 1)
    request.before = .nothing
    if let from, from >= now { throw Self.wrong("from", "from must be in the past") }
    let time = try request.time(now: now)
    guard (now - time.lowerBound) / unit.step < Self.pointLimit else {
      throw Self.wrong("unit", "that would be more than \(Self.pointLimit) units until now: choose unit=week")
    }
    let cohorts = request.wholeDays(time, unit.step, now).timeline
    guard cohorts.count <= RetentionQuery.cohortLimit else {
      throw Self.wrong(
        from == nil ? "period" : "from",
        "at most \(RetentionQuery.cohortLimit) cohorts: choose a shorter time\(unit == .day ? " or unit=week" : "")"
      )
    }
    // Both in the same days.
    if cohorts.note == .daysInUTC { request.days = .utc }
    request.from = cohorts.start
    let units = request.wholeDays(cohorts.start..<max(now + 1, cohorts.end), unit.step, now).timeline
    return RetentionQuery(
      unit: unit,
      units: Timeline(bounds: units.bounds, step: units.step, base: units.base, note: cohorts.note ?? units.note),
      cohortCount: min(cohorts.count, units.count)
    )
  }

  // MARK: Where points begin

  private func timelines(_ time: Range<Int64>, _ step: Int64, _ now: Int64) -> (timeline: Timeline, before: Timeline?) {
    if step >= 86_400 { return wholeDays(time, step, now) }
    let bounds = step == 3600 ? hours(time) : even(time, step)
    let base: BaseBucket = step < 900 ? .minute : .quarter
    let timeline = Timeline(bounds: bounds, step: step, base: base)
    guard before == .previous else { return (timeline, nil) }
    return (timeline, Timeline(bounds: previous(timeline), step: step, base: base))
  }

  /// How many points of a step make the period; nil when a beginning is given, or is that of all statistics.
  private func count(_ time: Range<Int64>, _ step: Int64) -> Int64? {
    guard from == nil, time.lowerBound > Self.earliest else { return nil }
    return max((time.upperBound - time.lowerBound + step - 1) / step, 1)
  }

  /// Points of equal length, aligned in UTC. A period ends with the bucket that `to` falls in, and holds as many as fit.
  private func even(_ time: Range<Int64>, _ step: Int64) -> [Int64] {
    let end = (time.upperBound + step - 1) / step * step
    let first = count(time, step).map { end - $0 * step } ?? time.lowerBound / step * step
    return Array(stride(from: first, through: end, by: Int64.Stride(step)))
  }

  /// Local hours.
  private func hours(_ time: Range<Int64>) -> [Int64] {
    let end = days.hour(after: time.upperBound - 1)
    var bounds = [days.hour(at: count(time, 3600).map { end - $0 * 3600 } ?? time.lowerBound)]
    var bound = bounds[0]
    while bound < end {
      bound = days.hour(after: bound)
      bounds.append(bound)
    }
    return bounds
  }

  /// As many points before. Those of whole days are about the same times of day, whatever clocks did in between.
  private func previous(_ timeline: Timeline) -> [Int64] {
    guard let count = days.wholeDays(in: timeline.time) else {
      return timeline.bounds.map { $0 - (timeline.end - timeline.start) }
    }
    var latest = Int64.min
    return timeline.bounds.map { bound in
      let shifted = days.shift(bound, byDays: -count)
      // What clocks showed twice now and once then mustn't count twice.
      latest = max(latest, shifted / timeline.base.seconds * timeline.base.seconds)
      return latest
    }
  }

  // MARK: Days

  /// Points that begin with a local day (or the Monday of a week); those of UTC where only these are kept.
  private func wholeDays(_ time: Range<Int64>, _ step: Int64, _ now: Int64) -> (timeline: Timeline, before: Timeline?) {
    let local = dayBounds(time, step, days)
    let earliest = min(local.before?.first ?? .max, local.bounds[0])
    let isAligned = (local.bounds + (local.before ?? [])).allSatisfy { $0 % BaseBucket.day.seconds == 0 }
    let isKept = isAligned || earliest >= retention.earliest(.quarter, now: now)
    let (bounds, before) = isKept ? local : dayBounds(time, step, .utc)
    let base: BaseBucket = isKept && !isAligned ? .quarter : .day
    let note: TimelineNote? = isKept ? nil : .daysInUTC
    return (
      Timeline(bounds: bounds, step: step, base: base, note: note),
      before.map { Timeline(bounds: $0, step: step, base: base, note: note) }
    )
  }

  private func dayBounds(_ time: Range<Int64>, _ step: Int64, _ calendar: LocalDays) -> (
    bounds: [Int64], before: [Int64]?
  ) {
    let length = step / 86_400
    let end = Self.first(calendar.day(at: time.upperBound - 1), length) + length
    let begin = count(time, step).map { end - $0 * length } ?? Self.first(calendar.day(at: time.lowerBound), length)
    func starts(_ from: Int64, _ to: Int64, _ length: Int64) -> [Int64] {
      stride(from: from, through: to, by: Int64.Stride(length)).map { day in
        calendar.start(ofDay: day) / BaseBucket.quarter.seconds * BaseBucket.quarter.seconds
      }
    }
    var bounds: [Int64] = []
    // A zone that crossed the date line has left a day out.
    for start in starts(begin, end, length) where start != bounds.last { bounds.append(start) }
    switch before {
    case .nothing: return (bounds, nil)
    case .previous: return (bounds, starts(begin - Int64(bounds.count - 1) * length, begin, length))
    case .days(let count): return (bounds, starts(begin - Int64(count), begin, 1))
    }
  }

  /// The day itself, or the Monday of its week: day 4 after 1970-01-01, a Thursday, is one.
  private static func first(_ day: Int64, _ length: Int64) -> Int64 {
    length == 1 ? day : day - ((day - 4) % length + length) % length
  }
}
