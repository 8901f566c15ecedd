package import HowUsedModel
package import HowUsedStore

/// Removes segments by age: whole ones, the oldest first, after the floor was recorded.
package struct Retention: Sendable {
  private let keepMilliseconds: Int64
  private let most: Int64

  /// How many days may be asked for: a hundred years are for ever.
  package static let keepDaysLimits = 1...36_500

  /// Further apart no two clocks may be for anything to be removed, in milliseconds.
  package static let clockTolerance = UTCTime.millisecondsPerDay

  /// - Parameters:
  ///   - keepDays: a segment goes when all of its events are older than this; above the limits is their end.
  ///   - most: how many milliseconds of events a run removes at most, from the oldest one that is there: whatever the
  ///     clock says, there is time to notice.
  package init(keepDays: Int, most: Int64 = .max) {
    let days = min(max(0, keepDays), Self.keepDaysLimits.upperBound)
    self.keepMilliseconds = Int64(days) * UTCTime.millisecondsPerDay
    self.most = most
  }

  /// - Parameters:
  ///   - now: unix milliseconds.
  ///   - counted: no segment behind this one is removed, since the statistics still need it.
  package func run(_ log: PartitionLog, now: Int64, counted: UInt64 = .max) throws -> RemovedSegments {
    let numbers = try log.numbers()
    let oldFloor = try log.floor()
    var floor = oldFloor
    var removed = RemovedSegments()
    var end = now - keepMilliseconds
    for number in numbers where number > floor?.number ?? 0 {
      let path = log.layout.segment(number, log.partition)
      guard let footer = try footer(path) else {
        // It may have been joined with later ones since it was listed.
        if try Folder.status(of: path) == nil { continue } else { break }
      }
      if removed.segments == 0 {
        let (limit, overflow) = footer.end.addingReportingOverflow(most)
        if !overflow { end = min(end, limit) }
      }
      guard footer.end < end else {
        removed.isLimited = footer.end < now - keepMilliseconds
        break
      }
      guard number <= counted else {
        removed.isWaiting = true
        break
      }
      removed.add(footer)
      floor = ArchiveFloor(number: number, last: footer.last)
    }
    guard let floor else { return removed }
    if floor != oldFloor { try floor.write(log.layout.floor(log.partition)) }
    // A crash may have left some below the old floor, too.
    let old = numbers.filter { $0 <= floor.number }
    for number in old { try remove(number, log) }
    if !old.isEmpty { try Folder.sync(log.folder) }
    return removed
  }

  private func remove(_ number: UInt64, _ log: PartitionLog) throws {
    let path = log.layout.segment(number, log.partition)
    if let footer = try footer(path) {
      // Readers' name first: `verify` expects a segment for each of them.
      let date = footer.date
      try Folder.unlink(log.layout.dated(number, log.partition, date: date))
      Folder.removeIfEmpty(log.layout.dateFolder(date))
    }
    try Folder.unlink(path)
  }

  /// Nil for a file without a footer, and for one that is gone: who rewrites segments looks at the floor, too.
  private func footer(_ path: String) throws(FileError) -> SegmentFooter? {
    do {
      return try SegmentFooter.read(path)
    } catch  where error.isMissing {
      return nil
    }
  }
}

/// What a run of ``Retention`` removed of a partition.
package struct RemovedSegments: Sendable, Equatable {
  package private(set) var segments = 0
  package private(set) var events = 0
  /// The first and the last id; nil when nothing was removed.
  package private(set) var first: StreamID?
  package private(set) var last: StreamID?
  /// Whether more is old enough, but no more goes at once.
  package fileprivate(set) var isLimited = false
  /// Whether more is old enough, but not counted by the statistics yet.
  package fileprivate(set) var isWaiting = false

  mutating func add(_ footer: SegmentFooter) {
    segments += 1
    events += footer.count
    first = first ?? footer.first
    last = footer.last
  }
}

/// Below which the archive was removed on purpose, by age: recorded before anything is removed, so that `verify` knows
/// where contiguity starts and a partition without any segment still knows its position.
package struct ArchiveFloor: Sendable, Equatable {
  /// Of the last segment removed.
  package let number: UInt64
  package let last: StreamID

  package init(number: UInt64, last: StreamID) {
    self.number = number
    self.last = last
  }

  /// Nil if nothing was ever removed.
  /// - Throws: `FileError`, `SegmentDamage`.
  package static func read(_ path: String) throws -> ArchiveFloor? {
    try PositionFile.read(path).map { ArchiveFloor(number: $0.number, last: $0.last) }
  }

  package func write(_ path: String) throws(FileError) {
    try PositionFile.write(LogPosition(last: last, number: number), path)
  }
}
