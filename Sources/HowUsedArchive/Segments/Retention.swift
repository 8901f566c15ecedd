package import HowUsedModel
package import HowUsedStore

/// Removes segments by age: whole ones, the oldest first, after the floor was recorded.
package struct Retention: Sendable {
  private let keepMilliseconds: Int64

  /// How many days may be asked for: a hundred years are for ever.
  package static let keepDaysLimits = 1...36_500

  /// - Parameter keepDays: a segment goes when all of its events are older than this; above the limits is their end.
  package init(keepDays: Int) {
    let days = min(max(0, keepDays), Self.keepDaysLimits.upperBound)
    self.keepMilliseconds = Int64(days) * UTCTime.millisecondsPerDay
  }

  /// Returns how many segments were removed.
  package func run(_ log: PartitionLog, now: Int64) throws -> Int {
    let numbers = try log.numbers()
    let oldFloor = try log.floor()
    var floor = oldFloor
    for number in numbers where number > floor?.number ?? 0 {
      guard
        let footer = try SegmentFooter.read(log.layout.segment(number, log.partition)),
        footer.end < now - keepMilliseconds
      else { break }
      floor = ArchiveFloor(number: number, last: footer.last)
    }
    guard let floor else { return 0 }
    if floor != oldFloor { try floor.write(log.layout.floor(log.partition)) }
    // A crash may have left some below the old floor, too.
    let old = numbers.filter { $0 <= floor.number }
    for number in old { try remove(number, log) }
    if !old.isEmpty { try Folder.sync(log.folder) }
    return old.count
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

  /// Nil for a file without a footer, and for one that is gone: who rewrites a segment looks at the floor, too.
  private func footer(_ path: String) throws(FileError) -> SegmentFooter? {
    do {
      return try SegmentFooter.read(path)
    } catch  where error.isMissing {
      return nil
    }
  }
}

/// Below which the archive was removed on purpose, by age: recorded before anything is removed, so that `verify` knows
/// where contiguity starts and a partition without any segment still knows its position.
///
/// The file holds one line: `<number of the last segment removed> <its last id>`.
package struct ArchiveFloor: Sendable, Equatable {
  package let number: UInt64
  package let last: StreamID

  package init(number: UInt64, last: StreamID) {
    self.number = number
    self.last = last
  }

  /// Nil if nothing was ever removed.
  package static func read(_ path: String) throws -> ArchiveFloor? {
    guard try Folder.status(of: path) != nil else { return nil }
    let file = try File.openForReading(path)
    let bytes = try file.read(at: 0, count: min(try file.size(), 256))
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard words.count == 2, let number = UInt64(words[0]), number <= LogPosition.highestNumber,
      let last = StreamID(String(words[1]))
    else {
      throw SegmentDamage(path: path, reason: "not `<segment number> <stream id>`")
    }
    return ArchiveFloor(number: number, last: last)
  }

  package func write(_ path: String) throws(FileError) {
    try Folder.replace(path, with: Array("\(number) \(last)\n".utf8), temporary: "\(path).new")
  }
}
