import HowUsedArchive
import HowUsedModel

/// Everything about one bot as of one moment: which sections there are, each event being in exactly one.
struct BotSections: Sendable {
  let bot: Int64
  /// The files that count.
  let files: RollupSet
  /// Everything of the bot up to here was removed.
  let removal: StreamID?
  /// Events that aren't in files yet.
  let tail: [SectionPlace]
  /// Through when everything that arrived is counted: Unix milliseconds.
  let asOf: Int64
  /// The event that deprecated updates count as, as stored.
  let updatesName: [UInt8]?

  /// The sections that overlap a time.
  /// - Throws: ``RollupDamage``, `FileError`.
  func groups(of time: Range<Int64>, base: BaseBucket) throws -> [SectionGroup] {
    var places = tail
    for file in files.sources(of: time, base: base) where !isRemoved(file) {
      for entry in try file.entries(of: bot) where files.counts(entry.start, in: file, base: base) {
        places.append(.file(file, entry))
      }
    }
    return SectionGroup.groups(places.filter { $0.start < time.upperBound && $0.end > time.lowerBound })
  }

  /// The sections in files that together hold everybody's first events, in the order of their events.
  /// - Throws: ``RollupDamage``, ``RollupGone``, `FileError`.
  func firstEventPlaces() throws -> [SectionPlace] {
    let files = files.knownSources.filter { !isRemoved($0) }.sorted {
      ($0.footer.segments.upperBound, $0.name.month) < ($1.footer.segments.upperBound, $1.name.month)
    }
    return try files.flatMap { file in try file.entries(of: bot).map { .file(file, $0) } }
  }

  /// About how many users the bot has ever had.
  func userCount(_ sections: SectionLoader) throws -> Int {
    guard let file = files.known, !isRemoved(file), let entry = try file.entries(of: bot).first else { return 0 }
    return try sections.load(.file(file, entry)).header.users
  }

  private func isRemoved(_ file: RollupFile) -> Bool { removal.map { file.footer.lastID <= $0 } ?? false }
}
