package import HowUsedModel
import HowUsedStore

/// Takes the events of a bot out of sealed segments. May run beside an archiver, which never writes to these; only
/// retention may remove one meanwhile. All calls block.
///
/// A crash leaves either the old segment or the new one, and at worst readers' name of the old one, which `verify`
/// tells: the next run repairs that, whatever bot it is for.
package struct ArchivePurger: Sendable {
  private let layout: ArchiveLayout
  private let hook: PurgeHook

  package init(layout: ArchiveLayout, hook: @escaping PurgeHook = { _ in }) {
    self.layout = layout
    self.hook = hook
  }

  /// - Parameters:
  ///   - partition: the bot's.
  ///   - progress: called after each segment with the number of segments looked at so far.
  /// - Throws: ``PurgeIsRunning``; `FileError` when a file can't be read or written; `CancellationError`.
  package func remove(_ bot: BotID, _ partition: Partition, progress: (Int) -> Void = { _ in }) throws -> PurgeReport {
    let log = PartitionLog(layout: layout, partition: partition)
    guard try Folder.status(of: log.folder) != nil else { return PurgeReport() }
    let lock = try PurgeLock.take(layout)
    defer { lock.unlock() }
    return try remove(bot, log, progress)
  }

  private func remove(_ bot: BotID, _ log: PartitionLog, _ progress: (Int) -> Void) throws -> PurgeReport {
    var report = PurgeReport()
    try removeTemporaries(log)
    // Files that count no more hold events of the bot, too.
    try SegmentJoining(log: log, hook: { _ in }).finish()
    let compressor = try ZstdCompressor(level: ArchiverConfiguration(layout: layout).compressionLevel)
    for number in try log.numbers() {
      try Task.checkCancellation()
      do {
        let removed = try purge(number, log, of: bot, compressor)
        report.events += removed
        if removed > 0 { report.rewritten += 1 }
      } catch let damage as SegmentDamage {
        report.problems.append(damage)
      } catch let error as FileError where error.isMissing {
        // Retention removed it.
      }
      report.segments += 1
      progress(report.segments)
    }
    for path in try log.damaged() {
      report.problems.append(SegmentDamage(path: path, reason: "was set aside as damaged"))
    }
    return report
  }

  /// Returns how many events were removed.
  private func purge(_ number: UInt64, _ log: PartitionLog, of bot: BotID, _ compressor: ZstdCompressor) throws -> Int {
    let path = layout.segment(number, log.partition)
    let reader = try SegmentReader.segment(path)
    // What is damaged must not get a digest that says it isn't.
    let footer = try reader.validated(number: number, partition: log.partition)
    let segment = try PurgedSegment(reader, footer: footer, without: bot, compressor: compressor)
    if segment.removed > 0 {
      try replace(path, with: segment, log)
    } else if !footer.isPurged {
      return 0
    }
    try log.replaceDated(footer, temporary: Self.prefix) { step in
      switch step {
      case .linked: try hook(.dateLinked)
      case .replaced: try hook(.dateReplaced)
      case .synced: try hook(.dateFolderSynced)
      }
    }
    try log.dropIfOld(footer)
    return segment.removed
  }

  private func replace(_ path: String, with segment: PurgedSegment, _ log: PartitionLog) throws {
    let temporary = "\(log.folder)/\(Self.prefix)\(segment.footer.number)"
    try File.create(temporary, holding: segment.bytes)
    try hook(.written)
    try Folder.rename(temporary, to: path)
    try hook(.segmentReplaced)
    try Folder.sync(log.folder)
    try hook(.folderSynced)
  }

  /// What a run left that did not come to its end.
  private func removeTemporaries(_ log: PartitionLog) throws(FileError) {
    for name in try Folder.names(in: log.folder, hidden: true) where name.hasPrefix(Self.prefix) {
      try Folder.unlink("\(log.folder)/\(name)")
    }
    for date in try Folder.names(in: layout.root) where date.hasPrefix(ArchiveLayout.datePrefix) {
      let folder = "\(layout.root)/\(date)"
      for name in try Folder.names(in: folder, hidden: true) where name.hasPrefix("\(Self.prefix)\(log.partition)-") {
        try Folder.unlink("\(folder)/\(name)")
        Folder.removeIfEmpty(folder)
      }
    }
  }

  /// Hidden, and without the segments' suffix: neither the archiver nor `*.zst` finds them.
  private static let prefix = ".purge-"
}

/// What came of taking a bot out of the archive.
package struct PurgeReport: Sendable, Equatable {
  /// Segments looked at.
  package var segments = 0
  /// Segments that held events of the bot.
  package var rewritten = 0
  /// Events removed.
  package var events = 0
  /// Files that were left as they are, because they are damaged: they may hold events of the bot.
  package var problems: [SegmentDamage] = []

  package init() {}
}

/// The steps in which a segment is replaced by one without a bot's lines, in order. Each is announced right after it was
/// done, so that tests can crash there.
package enum PurgeStep: String, Sendable, CaseIterable {
  case written
  case segmentReplaced
  case folderSynced
  case dateLinked
  case dateReplaced
  case dateFolderSynced
}

/// Called at each step. Production does nothing there. What it throws goes on as if the step had thrown it.
package typealias PurgeHook = @Sendable (PurgeStep) throws -> Void

/// Lets one process at a time rewrite segments: of two, each would bring back what the other one took out. The lock ends
/// with the process, or when it is unlocked; the file stays.
enum PurgeLock {
  /// - Throws: ``PurgeIsRunning`` when another process has it.
  static func take(_ layout: ArchiveLayout) throws -> File {
    let file = try File.openOrCreate(path(layout))
    guard try file.lock() else { throw PurgeIsRunning() }
    return file
  }

  /// Whether somebody has it now. Leaves no trace, not even in an archive that may only be read.
  static func isTaken(_ layout: ArchiveLayout) throws(FileError) -> Bool {
    do {
      return try !File.openForLocking(path(layout)).lock()
    } catch  where error.isMissing || error.isReadOnly {
      return false
    }
  }

  private static func path(_ layout: ArchiveLayout) -> String { "\(layout.log)/.purge-lock" }
}

/// Another process is rewriting segments of this archive.
package struct PurgeIsRunning: Error, CustomStringConvertible {
  package var description: String {
    "a bot is being taken out of the archive, or it is being compacted: run this again after that"
  }
}
