package import HowUsedArchive
package import HowUsedModel

/// Where statistics lie, in the archive's folder.
///
///     statistics/p07/min-0000000000000042-0000000000000042.hur    of segment 42, by the minute
///     statistics/p07/day-0000000000000031-0000000000000042.hur    of the segments 31 to 42, a past day's, by quarters
///     statistics/p07/month-2026-10-0000000000000811.hur           of a past month, as of segment 811
///     statistics/p07/known-0000000000000042.hur                   who is known, as of segment 42
///     statistics/p07/.new-…                                       being written
package struct RollupLayout: Sendable, Equatable {
  package let archive: ArchiveLayout
  /// The folder's name in the archive's.
  private let name: String

  package init(_ archive: ArchiveLayout) { self.init(archive, name: "statistics") }

  init(_ archive: ArchiveLayout, name: String) {
    self.archive = archive
    self.name = name
  }

  package var root: String { "\(archive.root)/\(name)" }

  package func folder(_ partition: Partition) -> String { "\(root)/\(partition)" }

  func path(_ name: RollupName, _ partition: Partition) -> String { "\(folder(partition))/\(name)" }
}

/// What a file of the statistics holds, as its name says it.
package struct RollupName: Sendable, Hashable, Comparable, CustomStringConvertible {
  package enum Kind: UInt8, Sendable {
    /// One segment or a few, by the minute.
    case minutes = 1
    /// A past day's segments, by quarters of an hour.
    case day = 2
    /// A past month of events' own times, by quarters or, when it's old, by days.
    case month = 3
    /// Everybody who ever was seen, and each one's first event.
    case known = 4
  }

  package var kind: Kind
  /// The segments that it was made of; of a month and of who is known the last one that was looked at.
  package var segments: ClosedRange<UInt64>
  /// Of a month its first day, in Unix seconds; else 0.
  package var month: Int64 = 0

  static let suffix = ".hur"

  package var description: String {
    let (first, last) = (Self.padded(segments.lowerBound), Self.padded(segments.upperBound))
    switch kind {
    case .minutes: return "min-\(first)-\(last)\(Self.suffix)"
    case .day: return "day-\(first)-\(last)\(Self.suffix)"
    case .month: return "month-\(UTCTime.date(milliseconds: month * 1000).prefix(7))-\(last)\(Self.suffix)"
    case .known: return "known-\(last)\(Self.suffix)"
    }
  }

  init(_ kind: Kind, _ segments: ClosedRange<UInt64>, month: Int64 = 0) {
    self.kind = kind
    self.segments = segments
    self.month = month
  }

  /// Nil for every other file's name.
  init?(_ name: String) {
    guard name.hasSuffix(Self.suffix) else { return nil }
    let words = name.dropLast(Self.suffix.count).split(separator: "-", omittingEmptySubsequences: false)
    guard let last = words.last.flatMap({ UInt64($0) }), last > 0 else { return nil }
    switch (words.first, words.count) {
    case ("min", 3), ("day", 3):
      guard let first = UInt64(words[1]), first > 0, first <= last else { return nil }
      self.init(words[0] == "min" ? .minutes : .day, first...last)
    case ("month", 4):
      guard let time = UTCTime.parse("\(words[1])-\(words[2])-01") else { return nil }
      self.init(.month, last...last, month: time / 1000)
    case ("known", 2): self.init(.known, last...last)
    default: return nil
    }
    guard description == name else { return nil }
  }

  package static func < (left: RollupName, right: RollupName) -> Bool { left.description < right.description }

  private static func padded(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 16 - text.utf8.count)) + text
  }
}

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
