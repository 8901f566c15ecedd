package import HowUsedArchive
package import HowUsedModel

/// The files of one partition that count, so that each sealed event is in exactly one of those that a question needs. A
/// value: who reads with an old one finds files gone or replaced (``RollupGone``), and takes the present one.
package struct RollupSet: Sendable, Equatable {
  package let partition: Partition
  /// One for each segment of the last days, and for those that aren't in a day file yet. By segments.
  let minutes: [RollupFile]
  /// By segments, which don't overlap.
  let days: [RollupFile]
  /// By month, one for each.
  let months: [RollupFile]
  let known: RollupFile?
  /// Through where sealed events are in the files; the tail begins behind it.
  package let through: LogPosition
  /// Segments up to this one aren't in day or minute files: their months' files hold them, or they are gone.
  let closed: ArchiveFloor
  /// Segments up to ``through`` that no file holds, until they are counted again: something was lost or is damaged.
  package let holes: [ClosedRange<UInt64>]
  /// The last segment up to which all are counted.
  package var countedThrough: UInt64 { holes.first.map { $0.lowerBound - 1 } ?? through.number }
  /// Bots that were removed, at which id.
  package let removals: [Int64: StreamID]
  /// Files that don't count: of two that hold the same, or older ones.
  let unused: [RollupFile]

  /// The day or minute file of the last segments.
  let newest: RollupFile?
  /// Minute files whose segments aren't in any day file.
  let openMinutes: [RollupFile]
  private let monthTimes: [(time: Range<Int64>, segment: UInt64)]

  /// - Parameters:
  ///   - files: all that have a footer of theirs.
  ///   - closed: up to where months hold everything; nil: nowhere.
  ///   - removed: up to where the archive was removed by age; nil: nowhere.
  ///   - firstSegment: the first one of the archive; nil: there is none.
  init(
    _ partition: Partition,
    _ files: [RollupFile],
    closed: ArchiveFloor?,
    removed: ArchiveFloor?,
    firstSegment: UInt64?,
    removals: [Int64: StreamID]
  ) {
    self.partition = partition
    self.removals = removals
    var unused: [RollupFile] = []
    days = Self.disjoint(files.filter { $0.name.kind == .day }, &unused)
    minutes = Self.disjoint(files.filter { $0.name.kind == .minutes }, &unused)
    months = Self.newest(files.filter { $0.name.kind == .month }, &unused)
    known = Self.newest(files.filter { $0.name.kind == .known }, &unused).last
    self.unused = unused
    let days = days
    openMinutes = minutes.filter { Self.file(holding: $0.segments.lowerBound, in: days) == nil }
    monthTimes = months.map { (MonthTime.range(of: $0.name.month), $0.segments.upperBound) }

    let covered = (days + openMinutes).sorted { $0.segments.lowerBound < $1.segments.lowerBound }
    var start = ArchiveFloor(number: 0, last: .zero)
    for floor in [closed, removed].compactMap({ $0 }) where floor.number > start.number { start = floor }
    if start.number == 0, let first = [firstSegment, covered.first?.segments.lowerBound].compactMap({ $0 }).min() {
      start = ArchiveFloor(number: first - 1, last: .zero)
    }
    self.closed = start
    var next = start.number + 1
    var holes: [ClosedRange<UInt64>] = []
    for file in covered where file.segments.upperBound >= next {
      if file.segments.lowerBound > next { holes.append(next...file.segments.lowerBound - 1) }
      next = file.segments.upperBound + 1
    }
    self.holes = holes
    newest = covered.last
    if let last = covered.last, last.segments.upperBound >= start.number {
      through = LogPosition(last: last.footer.lastID, number: last.segments.upperBound)
    } else {
      through = LogPosition(last: start.last, number: start.number)
    }
  }

  /// The files that are there now, for who doesn't make them. Damaged ones are left out.
  /// - Throws: `FileError`, `SegmentDamage` of the archive's floor.
  package static func load(_ layout: RollupLayout, _ partition: Partition) throws -> RollupSet {
    try RollupFolder(layout: layout, partition: partition).load().set
  }

  /// Nothing at all.
  package init(_ partition: Partition) {
    self.init(partition, [], closed: nil, removed: nil, firstSegment: nil, removals: [:])
  }

  package static func == (left: RollupSet, right: RollupSet) -> Bool {
    left.partition == right.partition && left.minutes == right.minutes && left.days == right.days
      && left.months == right.months && left.known == right.known && left.through == right.through
      && left.holes == right.holes && left.removals == right.removals
  }

  // MARK: What a question needs

  /// The files that may hold something of a time, in the order of their segments. Of their sections those count that
  /// ``counts(_:in:base:)`` says.
  /// - Parameter time: in Unix seconds.
  func sources(of time: Range<Int64>, base: BaseBucket) -> [RollupFile] {
    let files = base == .minute ? minutes : months + days + openMinutes
    return files.filter { $0.footer.time.overlaps(time) }
  }

  /// Whether a section of a file counts, or another file has what is in it.
  /// - Parameter start: the section's, in Unix seconds.
  func counts(_ start: Int64, in file: RollupFile, base: BaseBucket) -> Bool {
    guard base != .minute, file.name.kind != .month, let segment = monthSegment(start) else { return true }
    return file.segments.upperBound > segment
  }

  /// As of which segment a month's file was made; nil: there is none.
  func monthSegment(_ time: Int64) -> UInt64? {
    monthTimes.last { $0.time.contains(time) }?.segment
  }

  /// The files that together know everybody, and each one's first event. A section of them may say again what another one says.
  var knownSources: [RollupFile] {
    let older = known.map { [$0] } ?? months
    let segment = known?.segments.upperBound ?? 0
    return older + days.filter { $0.segments.upperBound > segment } + openMinutes
  }

  /// Whether what a file holds of a bot is from before its removal.
  /// - Parameter removals: more than ``removals``, if the caller knows more.
  func isRemoved(_ bot: Int64, in file: RollupFile, _ removals: [Int64: StreamID]) -> Bool {
    removals[bot].map { file.footer.lastID <= $0 } ?? false
  }

  // MARK: Which segments are in which file

  /// The day or minute file that stands for a segment.
  func file(holding segment: UInt64) -> RollupFile? {
    Self.file(holding: segment, in: days) ?? Self.file(holding: segment, in: openMinutes)
  }

  static func file(holding segment: UInt64, in files: [RollupFile]) -> RollupFile? {
    let file = files[files.partitioningIndex { $0.segments.upperBound >= segment }...].first
    return file.flatMap { $0.segments.contains(segment) ? $0 : nil }
  }

  /// Of files that overlap, which only two processes at once can leave, the one that goes farther counts, and of those the
  /// wider one: whoever looks comes to the same.
  private static func disjoint(_ files: [RollupFile], _ unused: inout [RollupFile]) -> [RollupFile] {
    var chosen: [RollupFile] = []
    let ordered = files.sorted {
      ($1.segments.upperBound, $0.segments.lowerBound) < ($0.segments.upperBound, $1.segments.lowerBound)
    }
    for file in ordered {
      if let next = chosen.last, file.segments.upperBound >= next.segments.lowerBound {
        unused.append(file)
      } else {
        chosen.append(file)
      }
    }
    return chosen.reversed()
  }

  /// Of each month the newest file.
  private static func newest(_ files: [RollupFile], _ unused: inout [RollupFile]) -> [RollupFile] {
    var chosen: [RollupFile] = []
    for file in files.sorted(by: { ($0.name.month, $0.segments.upperBound) < ($1.name.month, $1.segments.upperBound) })
    {
      if let last = chosen.last, last.name.month == file.name.month { unused.append(chosen.removeLast()) }
      chosen.append(file)
    }
    return chosen
  }
}
