import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// What a ``RollupMaintenance`` knows of the files, and how far its rounds through them are.
struct MaintenanceState: Sendable {
  let partition: Partition
  private(set) var files: [RollupName: RollupFile]
  var closed: MonthProgress? { didSet { renew() } }
  private var removed: ArchiveFloor?
  /// The archive's.
  private(set) var segments: SegmentNumbers
  var removals: [Int64: StreamID] { didSet { renew() } }
  private(set) var set: RollupSet

  /// What has to be made anew, or set aside.
  var damaged: [(name: RollupName, damage: RollupDamage)]
  /// Segments that can't be counted, as long as they are these files.
  var uncountable: [UInt64: FileStatus] = [:]
  /// Segments whose minute files are still to be compared with them.
  var unchecked: [UInt64]
  /// Files still to be looked through for removed bots, and for which removals that is, or was, done.
  var uncarried: [RollupName] = []
  var carried: [Int64: StreamID] = [:]
  /// Files still to be verified in this round, and when it began, in Unix milliseconds.
  var unverified: [RollupName]
  var verifiedSince: Int64 = 0
  /// When the archive's folder was changed last, as of the last listing: Unix nanoseconds.
  private var listed = 0
  private static let tick: Int64 = 2_000_000_000
  /// Segments below needn't be looked at for missing minute files.
  var minutesFrom: UInt64 = 0

  init(_ loaded: RollupFolder.Loaded) {
    partition = loaded.set.partition
    files = Dictionary(loaded.listing.files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    closed = loaded.closed
    removed = loaded.removed
    segments = loaded.segments
    removals = loaded.set.removals
    set = loaded.set
    damaged = loaded.listing.damaged
    // Of a file that stands for several missing segments any one that is there now.
    unchecked = loaded.set.minutes.compactMap { file in
      file.segments.count == 1
        ? file.segments.lowerBound
        : loaded.segments.files(behind: file.segments.lowerBound - 1).first.flatMap {
          file.segments.contains($0) ? $0 : nil
        }
    }
    unverified = loaded.listing.files.map(\.name)
  }

  /// Takes over how far another state's rounds are, after the files were looked at anew.
  mutating func takeRounds(of old: MaintenanceState) {
    unchecked = old.unchecked
    uncarried = old.uncarried
    carried = old.carried
    unverified = old.unverified
    verifiedSince = old.verifiedSince
    let seen = Swift.Set(old.files.values.map(\.digest))
    for file in files.values where !seen.contains(file.digest) {
      unverified.append(file.name)
      if !removals.isEmpty { uncarried.append(file.name) }
    }
  }

  /// Looks at the archive again.
  mutating func list(_ log: PartitionLog) throws {
    let modified = try Folder.status(of: log.layout.folder(partition))?.modified ?? 0
    // Of a long archive a listing each second would be half of a core. What comes within a tick of the file system's clock
    // may leave the time as it was.
    if modified != listed || WallClock.nanoseconds - Int64(modified) < Self.tick {
      segments = try log.segments(since: segments)
      listed = modified
    }
    for (number, status) in uncountable
    where try Folder.status(of: log.layout.segment(number, partition)) != status { uncountable[number] = nil }
    let floor = try log.floor()
    guard floor != removed else { return }
    removed = floor
    renew()
  }

  /// Whether a segment is in the archive.
  func has(_ segment: UInt64) -> Bool { segments.file(holding: segment) != nil }

  /// Months that hold what is closed, and whose files aren't there.
  var missingMonths: [Int64] {
    let there = Swift.Set(set.months.map(\.name.month))
    return closed?.months.filter { !there.contains($0) } ?? []
  }

  mutating func add(_ file: RollupFile) {
    files[file.name] = file
    renew()
  }

  mutating func remove(_ name: RollupName) {
    files[name] = nil
    renew()
  }

  private mutating func renew() {
    set = RollupSet(
      partition,
      Array(files.values),
      closed: closed?.floor,
      removed: removed,
      firstSegment: segments.start,
      removals: removals
    )
  }
}

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
