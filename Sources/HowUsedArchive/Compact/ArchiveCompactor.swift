package import HowUsedModel
import HowUsedStore

/// Joins small sealed segments of past days into large ones: events, ids and order stay as they are. May run beside an
/// archiver, which never writes to these; only retention may remove one meanwhile. All calls block.
///
/// The newest segment of a partition stays apart: it's what a start looks at.
package struct ArchiveCompactor: Sendable {
  private let layout: ArchiveLayout
  /// The date that isn't over yet.
  private let today: String
  private let hook: CompactHook

  /// - Parameter now: Unix milliseconds.
  package init(layout: ArchiveLayout, now: Int64, hook: @escaping CompactHook = { _ in }) {
    self.layout = layout
    self.today = UTCTime.date(milliseconds: now)
    self.hook = hook
  }

  /// - Parameter progress: called after each segment with the number of segments looked at so far.
  /// - Throws: ``PurgeIsRunning``; `FileError` when a file can't be read or written; `CancellationError`.
  package func run(_ partition: Partition, progress: (Int) -> Void = { _ in }) throws -> CompactReport {
    let log = PartitionLog(layout: layout, partition: partition)
    guard try Folder.status(of: log.folder) != nil else { return CompactReport() }
    let lock = try PurgeLock.take(layout)
    defer { lock.unlock() }
    let joining = SegmentJoining(log: log, hook: hook)
    var report = CompactReport()
    report.before = try log.numbers().count
    try joining.finish()
    let footers = try removeLeftovers(joining, try readFooters(log))
    var seen = 0
    for run in runs(footers) {
      try Task.checkCancellation()
      if run.count > 1 { try join(run, joining, &report) }
      seen += run.count
      progress(seen)
    }
    report.after = try log.numbers().count
    return report
  }

  private func readFooters(_ log: PartitionLog) throws -> [SegmentFooter] {
    try log.numbers().compactMap { number in
      try Task.checkCancellation()
      // What can't be read is between two runs.
      return try log.footerIfThere(number).flatMap { $0.number == number && $0.partition == log.partition ? $0 : nil }
    }
  }

  /// Of an earlier run whose mark is lost, as in a backup without hidden files.
  private func removeLeftovers(_ joining: SegmentJoining, _ footers: [SegmentFooter]) throws -> [SegmentFooter] {
    var left: [SegmentFooter] = []
    var cleaned: UInt64?
    for footer in footers.reversed() {
      guard let joined = left.last, joined.numbers.contains(footer.number) else {
        left.append(footer)
        continue
      }
      guard cleaned != joined.number else { continue }
      cleaned = joined.number
      if try joining.isWhole(joined.number) { try joining.clean(joined) }
    }
    return left.reversed()
  }

  /// All but the newest, in rows of those that can become one.
  private func runs(_ footers: [SegmentFooter]) -> [[SegmentFooter]] {
    let limits = ArchiverConfiguration(layout: layout)
    var runs: [[SegmentFooter]] = []
    var run: [SegmentFooter] = []
    for footer in footers.dropLast() where footer.date < today {
      if !JoinedSegment.accepts(run, footer, limits) {
        runs.append(run)
        run = []
      }
      run.append(footer)
    }
    return runs + [run]
  }

  private func join(_ run: [SegmentFooter], _ joining: SegmentJoining, _ report: inout CompactReport) throws {
    var joined = JoinedSegment()
    for footer in run {
      do {
        let path = layout.segment(footer.number, footer.partition)
        let reader = try SegmentReader.segment(path)
        // What is damaged must not get a digest that says it isn't.
        joined.add(reader, try reader.validated(number: footer.number, partition: footer.partition))
      } catch {
        switch error {
        case let damage as SegmentDamage: report.problems.append(damage)
        // Retention removed it.
        case let error as FileError where error.isMissing: break
        default: throw error
        }
        try replace(joined, joining)
        joined = JoinedSegment()
      }
    }
    try replace(joined, joining)
  }

  private func replace(_ joined: JoinedSegment, _ joining: SegmentJoining) throws {
    guard joined.count > 1, let footer = joined.footer else { return }
    try joining.replace(with: joined.encoded(footer), footer)
  }
}

/// What came of joining a partition's segments.
package struct CompactReport: Sendable, Equatable {
  /// Files of segments, before and after.
  package var before = 0
  package var after = 0
  /// Segments that were left as they are, because they are damaged.
  package var problems: [SegmentDamage] = []

  package init() {}

  package mutating func add(_ other: CompactReport) {
    before += other.before
    after += other.after
    problems += other.problems
  }
}
