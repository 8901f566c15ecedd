import HowUsedArchive
import HowUsedModel

/// What is to be done next to a partition's files, from what is there. A value without I/O.
struct MaintenancePlan {
  /// In the order of their urgency.
  enum Task: Equatable {
    case mergeDay([RollupFile])
    case count(UInt64)
    /// Segments that can't be counted, though later ones are there.
    case gap(ClosedRange<UInt64>)
    /// Of nobody's use any more.
    case remove(RollupFile)
    case mergeKnown([RollupFile])
    case mergeMonth(Range<Int64>, [RollupFile], through: RollupFile, bucket: Int64)
    case coarsen(RollupFile)
    /// Months hold all up to this day file, which goes, as do those before it.
    case close(through: RollupFile)
  }

  let set: RollupSet
  /// The archive's segments.
  let segments: SegmentNumbers
  /// Files of those that are damaged.
  let uncountable: Set<UInt64>
  let input: MaintenanceInput
  let retention: StatisticsRetention

  /// How long minute files stay longer than they must, so that nobody misses what is going just now.
  private static let grace: Int64 = 2 * 3600
  /// A month is merged when so many days of the next one are over: late events have come by then.
  private static let monthDelay: Int64 = 8 * DayCounter.secondsPerDay

  func next() -> Task? {
    mergeDay() ?? removeMinutes() ?? count() ?? mergeKnown() ?? mergeMonth() ?? coarsen() ?? removeUnused() ?? close()
  }

  private var now: Int64 { input.now / 1000 }

  /// When minute files' last events must be for them to stay, in Unix milliseconds.
  var minutesSince: Int64 { input.now - (retention.minutes + Self.grace) * 1000 }

  // MARK: Days

  private func mergeDay() -> Task? {
    var run: [RollupFile] = []
    for file in set.openMinutes {
      if let last = run.last, last.day != file.day || last.segments.upperBound + 1 != file.segments.lowerBound {
        if isClosed(run) { return .mergeDay(run) }
        run = []
      }
      run.append(file)
    }
    return isClosed(run) ? .mergeDay(run) : nil
  }

  /// Whether no segment can come that would belong to these, which are of one day.
  private func isClosed(_ run: [RollupFile]) -> Bool {
    guard let last = run.last else { return false }
    // The hole's segments may be of the same day.
    if let hole = set.holes.first, hole.lowerBound <= last.segments.upperBound + 1 { return false }
    if let newest = set.newest, newest.day > last.day { return true }
    return (last.day + 1) * DayCounter.secondsPerDay <= input.closedBefore
      && segments.last ?? 0 <= set.through.number
  }

  private func removeMinutes() -> Task? {
    set.minutes.first { file in
      RollupSet.file(holding: file.segments.lowerBound, in: set.days) != nil
        && file.footer.lastID.milliseconds < UInt64(clamping: minutesSince)
    }.map { .remove($0) }
  }

  // MARK: Segments

  private func count() -> Task? {
    let number = set.holes.first?.lowerBound ?? set.through.number + 1
    let end = set.holes.first?.upperBound ?? UInt64.max
    if let file = segments.file(holding: number), !uncountable.contains(file) {
      return file <= input.sealedThrough ?? .max ? .count(file) : nil
    }
    // The newest one may be sealed again.
    let next = segments.files(behind: number).first { !uncountable.contains($0) }.map { segments.numbers(of: $0) }
    if end < .max { return .gap(number...min(next.map { $0.lowerBound - 1 } ?? end, end)) }
    return next.map { .gap(number...$0.lowerBound - 1) }
  }

  // MARK: Who is known, and months

  /// The last day file before which nothing is missing or waits for its day's end.
  private var lastDay: RollupFile? {
    guard let last = set.days.last, set.holes.isEmpty else { return nil }
    guard let open = set.openMinutes.first else { return last }
    return open.segments.lowerBound > last.segments.upperBound ? last : nil
  }

  private func mergeKnown() -> Task? {
    guard let last = lastDay ?? (set.holes.isEmpty && set.days.isEmpty ? set.months.last : nil) else { return nil }
    guard let known = set.known else { return .mergeKnown(set.months + set.days) }
    guard known.segments.upperBound < last.segments.upperBound, last.name.kind == .day else { return nil }
    return .mergeKnown([known] + set.days.filter { $0.segments.upperBound > known.segments.upperBound })
  }

  private func mergeMonth() -> Task? {
    guard let last = lastDay else { return nil }
    for file in set.days {
      for month in file.months where file.segments.upperBound > set.monthSegment(month.lowerBound) ?? 0 {
        let due = month.upperBound + Self.monthDelay
        guard due <= now, isOver(due) else { continue }
        let old = set.months.filter { $0.name.month == month.lowerBound }
        let days = set.days.filter {
          $0.segments.upperBound > old.first?.segments.upperBound ?? 0 && $0.footer.time.overlaps(month)
        }
        let bucket = isCoarse(month) ? BaseBucket.day.seconds : RollupMerger.quarter
        return .mergeMonth(
          month,
          old + days,
          through: last,
          bucket: max(bucket, old.first?.footer.bucket ?? 0)
        )
      }
    }
    return nil
  }

  /// Whether the day files hold all that came before a time.
  private func isOver(_ time: Int64) -> Bool {
    let day = time / DayCounter.secondsPerDay
    if let open = set.openMinutes.first { return open.day >= day }
    if let last = set.days.last, last.day >= day { return true }
    return input.closedBefore >= time && segments.last ?? 0 <= set.through.number
  }

  private func isCoarse(_ month: Range<Int64>) -> Bool { month.upperBound <= now - retention.quarters }

  private func coarsen() -> Task? {
    set.months.first { $0.footer.bucket < BaseBucket.day.seconds && isCoarse($0.footer.time) }.map { .coarsen($0) }
  }

  // MARK: What goes

  /// Never while something is missing: a file that doesn't count may be the last one that holds it.
  private func removeUnused() -> Task? {
    guard set.holes.isEmpty else { return nil }
    return set.unused.first.map { .remove($0) }
  }

  private func close() -> Task? {
    var through: RollupFile?
    // Minute files must not be left alone: they would become a day file again.
    let firstMinute = set.minutes.first?.segments.lowerBound ?? .max
    for file in set.days {
      guard set.holes.isEmpty, file.segments.upperBound < firstMinute,
        file.segments.upperBound <= set.known?.segments.upperBound ?? 0,
        file.months.allSatisfy({ file.segments.upperBound <= set.monthSegment($0.lowerBound) ?? 0 })
      else { break }
      through = file
    }
    return through.map { .close(through: $0) }
  }
}
