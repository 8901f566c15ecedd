#if canImport(Glibc)
  import Glibc
#endif
package import HowUsedArchive
package import HowUsedModel
import HowUsedStore

/// Makes all of a partition's statistics anew from the archive, beside those that are there, and puts them in their place
/// when they are finished. A server that runs goes on with the old ones until then. All calls block.
package struct RollupRebuild: Sendable {
  private let layout: RollupLayout
  private let partition: Partition
  private let retention: StatisticsRetention

  /// The folder, beside the statistics', in which they are made.
  private static let folder = "statistics.rebuild"

  package init(_ archive: ArchiveLayout, _ partition: Partition, retention: StatisticsRetention) {
    layout = RollupLayout(archive)
    self.partition = partition
    self.retention = retention
  }

  /// How many events the archive holds.
  /// - Throws: ``RebuildError`` when archived days were removed and `force` isn't set; `FileError`, `SegmentDamage`.
  package func events(force: Bool) throws -> Int {
    let log = PartitionLog(layout: layout.archive, partition: partition)
    if !force, try log.floor() != nil { throw RebuildError.removedDays }
    return try log.segments().files.reduce(0) { $0 + (try events(in: $1)) }
  }

  private func events(in segment: UInt64) throws(FileError) -> Int {
    do {
      return max(0, try SegmentFooter.read(layout.archive.segment(segment, partition))?.count ?? 0)
    } catch  where error.isMissing {
      // Removed by age since it was listed.
      return 0
    }
  }

  /// - Parameters:
  ///   - now: Unix milliseconds.
  ///   - removals: bots that were removed, at which id.
  ///   - progress: called with the events of each segment that was counted.
  /// - Returns: what of the archive couldn't be counted.
  /// - Throws: ``RebuildError``, `FileError`, `ZstdError`, `SegmentDamage`, `CancellationError`.
  package func run(
    now: Int64,
    removals: [Int64: StreamID],
    progress: (_ events: Int) -> Void
  ) throws -> [String] {
    let fresh = Self.freshLayout(layout.archive)
    let mark = try markRunning()
    defer { mark.unlock() }
    try Self.remove(fresh.folder(partition))
    var maintenance = RollupMaintenance(fresh, partition, retention: retention)
    let known = try RollupSet.load(layout, partition).removals
    let input = MaintenanceInput(now: now, removals: known.merging(removals) { max($0, $1) })
    var damages: [String] = []
    while true {
      try Task.checkCancellation()
      let step = try maintenance.step(input)
      let report = maintenance.takeReport()
      if report.events > 0 { progress(report.events) }
      damages += report.segmentDamages
      if step == .busy { throw RebuildError.isRunning }
      if step == .idle { break }
    }
    try swap(fresh)
    return damages
  }

  private static func freshLayout(_ archive: ArchiveLayout) -> RollupLayout { RollupLayout(archive, name: folder) }

  /// So that retention waits for what this counts.
  private func markRunning() throws -> File {
    try Folder.make(layout.root)
    let file = try File.openOrCreate(Self.markPath(layout, partition))
    guard try file.lock() else { throw RebuildError.isRunning }
    return file
  }

  private static func markPath(_ layout: RollupLayout, _ partition: Partition) -> String {
    "\(layout.root)/.rebuild-\(partition)"
  }

  /// The last segment up to which nobody needs any more to make statistics of it: neither who follows the archive nor who
  /// rebuilds.
  ///
  /// - Throws: `FileError`, `SegmentDamage` of the archive's floor.
  package static func countedThrough(_ archive: ArchiveLayout, _ partition: Partition) throws -> UInt64 {
    let layout = RollupLayout(archive)
    let counted = try RollupSet.load(layout, partition).countedThrough
    guard try isRunning(layout, partition) else { return counted }
    return min(counted, try RollupSet.load(freshLayout(archive), partition).countedThrough)
  }

  private static func isRunning(_ layout: RollupLayout, _ partition: Partition) throws(FileError) -> Bool {
    do {
      return try !File.openForLocking(markPath(layout, partition)).lock()
    } catch  where error.isMissing {
      return false
    }
  }

  /// Puts the new files in the place of the old ones. Who reads the old ones finds them gone, and takes the new ones.
  private func swap(_ fresh: RollupLayout) throws {
    let (living, made) = (layout.folder(partition), fresh.folder(partition))
    let old = "\(fresh.root)/.old-\(partition)"
    try Self.remove(old)
    try Folder.make(living)
    // A server's step must not be in the middle of it.
    let lock = try waitForLock("\(living)/\(RollupFolder.lockName)")
    defer { lock.unlock() }
    try Folder.rename(living, to: old)
    try Folder.rename(made, to: living)
    try Folder.sync(layout.root)
    try Folder.sync(fresh.root)
    try Self.remove(old)
    Folder.removeIfEmpty(fresh.root)
  }

  private func waitForLock(_ path: String) throws -> MaintenanceLock {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      if let lock = try MaintenanceLock.take(path, owner: []) { return lock }
      usleep(20_000)
    }
    throw RebuildError.isRunning
  }

  private static func remove(_ folder: String) throws {
    for name in try Folder.names(in: folder, hidden: true) { try Folder.unlink("\(folder)/\(name)") }
    Folder.removeIfEmpty(folder)
  }
}

/// Why statistics can't be made anew.
package enum RebuildError: Error, CustomStringConvertible {
  case removedDays
  case isRunning

  package var description: String {
    switch self {
    case .removedDays:
      """
      archived days were removed (--archive-keep-days), and the archive alone can't tell what they held: --force makes \
      statistics of what is left, and drops those of the removed days
      """
    case .isRunning: "another process is making the statistics' files: run this again after that"
    }
  }
}
