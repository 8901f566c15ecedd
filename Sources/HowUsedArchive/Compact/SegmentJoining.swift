import HowUsedModel
import HowUsedStore

/// Puts a joined segment in the place of those that it's made of. Who holds ``PurgeLock`` may.
///
/// From the moment on in which it has the last one's name it counts, and the others don't, whether they are there or not: a
/// crash leaves at most these, and readers' names of them. A second, hidden name of the new file tells of that: then
/// ``finish()`` goes on.
struct SegmentJoining {
  let log: PartitionLog
  let hook: CompactHook

  private var layout: ArchiveLayout { log.layout }

  /// - Throws: `FileError`; `SegmentDamage` when what was written isn't what is read again.
  func replace(with bytes: [UInt8], _ footer: SegmentFooter) throws {
    let mark = mark(footer.number)
    let temporary = "\(mark).new"
    do {
      try File.create(mark, holding: bytes)
    } catch {
      try? Folder.unlink(mark)
      throw error
    }
    try hook(.written)
    _ = try SegmentReader.validated(mark, number: footer.number, partition: log.partition)
    // What retention removes meanwhile must not come back.
    if let floor = try log.floor(), floor.number >= footer.numbers.lowerBound { return try Folder.unlink(mark) }
    try Folder.link(mark, as: temporary)
    try Folder.sync(log.folder)
    try hook(.marked)
    try Folder.rename(temporary, to: layout.segment(footer.number, log.partition))
    try hook(.segmentReplaced)
    try Folder.sync(log.folder)
    try hook(.folderSynced)
    try clean(footer)
    try Folder.unlink(mark)
    try hook(.markRemoved)
  }

  /// Removes what a joined segment stands for. Returns how many segments there still were.
  @discardableResult
  func clean(_ footer: SegmentFooter) throws -> Int {
    try replaceDated(footer)
    var count = 0
    // The last one first: so that a gap before a joined segment tells of it.
    for number in (footer.numbers.lowerBound..<footer.number).reversed() {
      let path = layout.segment(number, log.partition)
      try Folder.unlink(layout.dated(number, log.partition, date: footer.date))
      guard try Folder.status(of: path) != nil else { continue }
      try hook(.dateUnlinked)
      try Folder.unlink(path)
      try hook(.segmentUnlinked)
      count += 1
    }
    try syncIfThere(layout.dateFolder(footer.date))
    try Folder.sync(log.folder)
    try hook(.foldersSynced)
    try log.dropIfOld(footer)
    return count
  }

  /// Retention may have removed it with the last that was in it.
  private func syncIfThere(_ folder: String) throws(FileError) {
    do {
      try Folder.sync(folder)
    } catch {
      if !error.isMissing { throw error }
    }
  }

  /// Goes on where a crash was. Call it with the lock only.
  func finish() throws {
    for name in try marks() {
      let path = "\(log.folder)/\(name)"
      let number = UInt64(name.dropFirst(Self.prefix.count))
      if let number, let footer = try log.footerIfThere(number), footer.isJoined, try isWhole(number) {
        try clean(footer)
      }
      try Folder.unlink(path)
    }
  }

  /// Names that tell of a joining that didn't come to its end.
  func marks() throws(FileError) -> [String] {
    try log.listing().others.filter { $0.hasPrefix(Self.prefix) }
  }

  /// What is damaged doesn't stand for anything.
  func isWhole(_ number: UInt64) throws -> Bool {
    do {
      _ = try SegmentReader.validated(
        layout.segment(number, log.partition),
        number: number,
        partition: log.partition
      )
      return true
    } catch is SegmentDamage {
      return false
    }
  }

  /// Lets readers' name, too, stand for the segment as it is now, without a moment in which there is none.
  private func replaceDated(_ footer: SegmentFooter) throws {
    try log.replaceDated(footer, temporary: Self.prefix) { step in
      switch step {
      case .linked: try hook(.dateLinked)
      case .replaced: try hook(.dateReplaced)
      case .synced: try hook(.dateFolderSynced)
      }
    }
  }

  private func mark(_ number: UInt64) -> String { "\(log.folder)/\(Self.prefix)\(number)" }

  /// Hidden, and without the segments' suffix: neither the archiver nor `*.zst` finds them.
  static let prefix = ".compact-"
}

/// The steps in which segments are replaced by a joined one, in order. Each is announced right after it was done, so that
/// tests can crash there.
package enum CompactStep: String, Sendable, CaseIterable {
  case written
  case marked
  case segmentReplaced
  case folderSynced
  case dateLinked
  case dateReplaced
  case dateFolderSynced
  /// These two once for each segment.
  case dateUnlinked
  case segmentUnlinked
  case foldersSynced
  case markRemoved
}

/// Called at each step. Production does nothing there. What it throws goes on as if the step had thrown it.
package typealias CompactHook = @Sendable (CompactStep) throws -> Void
