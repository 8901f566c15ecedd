package import HowUsedModel
package import HowUsedStore

/// The files of one partition: what is sealed, and the steps by which a part becomes a segment. All calls block.
package struct PartitionLog: Sendable {
  package let layout: ArchiveLayout
  package let partition: Partition
  let hook: CommitHook

  package init(layout: ArchiveLayout, partition: Partition, hook: @escaping CommitHook = { _, _ in }) {
    self.layout = layout
    self.partition = partition
    self.hook = hook
  }

  var folder: String { layout.folder(partition) }

  /// The numbers of the sealed segments, ascending.
  package func numbers() throws(FileError) -> [UInt64] {
    try Folder.names(in: folder).compactMap { ArchiveLayout.segmentNumber($0) }.sorted()
  }

  package func floor() throws -> ArchiveFloor? { try ArchiveFloor.read(layout.floor(partition)) }

  /// Paths of open or left over parts, whoever made them.
  package func parts() throws(FileError) -> [String] {
    try Folder.names(in: folder, hidden: true).filter { $0.hasPrefix(ArchiveLayout.partPrefix) }.map {
      "\(folder)/\($0)"
    }
  }

  /// Paths of segments that were set aside.
  package func damaged() throws(FileError) -> [String] {
    try Folder.names(in: folder).filter { $0.contains(ArchiveLayout.damagedInfix) }.map { "\(folder)/\($0)" }
  }

  func announce(_ step: CommitStep) throws { try hook(step, partition) }

  /// Finds the position after validating the newest segment. Segments that fail are set aside and told to `report`.
  package func position(report: (SegmentDamage) -> Void) throws -> LogPosition {
    try Folder.make(folder)
    var position = LogPosition.start
    if let floor = try floor() { position = LogPosition(last: floor.last, number: floor.number) }
    for number in try numbers().reversed() where number > position.number {
      let path = layout.segment(number, partition)
      do {
        let footer = try SegmentReader.validated(path, number: number, partition: partition)
        position = LogPosition(last: footer.last, number: number)
        break
      } catch let damage as SegmentDamage {
        report(damage)
        try setAside(number)
      }
    }
    // A crash may have come between a link and the sync of its folder: nothing may rely on a name before this.
    try Folder.sync(folder)
    return position
  }

  /// Takes a damaged segment out of every reader's sight, and keeps it.
  private func setAside(_ number: UInt64) throws(FileError) {
    let path = layout.segment(number, partition)
    try Folder.rename(path, to: "\(path)\(ArchiveLayout.damagedInfix)\(RandomName.make())")
    let dated = ArchiveLayout.datedName(number, partition)
    for name in try Folder.names(in: layout.root) where name.hasPrefix(ArchiveLayout.datePrefix) {
      try Folder.unlink("\(layout.root)/\(name)/\(dated)")
    }
    try Folder.sync(folder)
  }

  /// Where names and footers say that the sealed files end, without reading more of them; nil when they can't tell, because
  /// the newest one is damaged.
  package func claimedEnd() throws -> StreamID? {
    let floor = try floor() ?? ArchiveFloor(number: 0, last: .zero)
    let newest = max(try numbers().last ?? 0, floor.number)
    let damaged = try Folder.names(in: folder).compactMap { ArchiveLayout.damagedNumber($0) }.max() ?? 0
    if damaged > newest { return nil }
    guard newest > floor.number else { return floor.last }
    return try SegmentFooter.read(layout.segment(newest, partition))?.last
  }

  /// Makes sure that the files are not older than what Redis remembers of them.
  /// - Parameter recorded: through where they were sealed; read before the files are.
  /// - Throws: ``ArchiveMismatch/behind(folder:_:end:recorded:)``
  package func check(recorded: StreamID) throws {
    guard let end = try claimedEnd(), end < recorded else { return }
    throw ArchiveMismatch.behind(folder: layout.root, partition, end: end, recorded: recorded)
  }

  // MARK: From part to segment

  /// What came of sealing a part.
  package enum Outcome: Sendable, Equatable {
    case sealed(SegmentFooter)
    /// Somebody else archived this range, or took our part away: the part is worth nothing, start over from the files.
    case lost
  }

  /// Makes a new part that continues at `position`.
  package func openPart(after position: LogPosition, compressor: ZstdCompressor) throws -> SegmentWriter {
    let writer = try SegmentWriter(
      path: layout.part(RandomName.make(), partition),
      partition: partition,
      number: position.number + 1,
      previous: position.last,
      compressor: compressor,
      announce: announce
    )
    try Folder.sync(folder)
    try announce(.partCreated)
    return writer
  }

  /// Makes the part a sealed segment. `link` is the fence: of all who try to make the same number, one succeeds.
  package func seal(_ writer: SegmentWriter) throws -> Outcome {
    try writer.finish()
    guard try link(writer) else {
      try Folder.unlink(writer.path)
      return .lost
    }
    try announce(.segmentLinked)
    try Folder.sync(folder)
    try announce(.folderSynced)
    try Folder.unlink(writer.path)
    try announce(.partUnlinked)
    try linkDated(writer.footer)
    return .sealed(writer.footer)
  }

  private func link(_ writer: SegmentWriter) throws -> Bool {
    let number = writer.footer.number
    let path = layout.segment(number, partition)
    do {
      try Folder.link(writer.path, as: path)
    } catch  where error.isMissing {
      return false
    } catch  where error.alreadyExists {
      // A network file system may have carried out the first of two identical requests.
      guard
        let segment = try Folder.status(of: path), let part = try Folder.status(of: writer.path),
        segment.isSameFile(as: part)
      else { return false }
    }
    // Another process may have sealed this number and retention removed it since, while this one was paused.
    if let floor = try floor(), floor.number >= number {
      try Folder.unlink(path)
      return false
    }
    return true
  }

  /// Gives the segment its second name, under its date.
  private func linkDated(_ footer: SegmentFooter) throws {
    let date = footer.date
    let path = layout.segment(footer.number, partition)
    let dated = layout.dated(footer.number, partition, date: date)
    try Folder.make(layout.dateFolder(date))
    do {
      try Folder.link(path, as: dated)
    } catch  where error.alreadyExists {
      guard let old = try Folder.status(of: dated), let new = try Folder.status(of: path) else { throw error }
      if !old.isSameFile(as: new) {
        try Folder.unlink(dated)
        try Folder.link(path, as: dated)
      }
    }
    try announce(.dateLinked)
    try Folder.sync(layout.dateFolder(date))
    try announce(.dateFolderSynced)
  }

  /// Makes the dated names that a crash left out.
  package func repairDatedLinks() throws {
    var dated: Set<UInt64> = []
    for name in try Folder.names(in: layout.root) where name.hasPrefix(ArchiveLayout.datePrefix) {
      for file in try Folder.names(in: "\(layout.root)/\(name)") {
        if let number = ArchiveLayout.datedNumber(file, partition) { dated.insert(number) }
      }
    }
    for number in try numbers() where !dated.contains(number) {
      guard let footer = try SegmentFooter.read(layout.segment(number, partition)) else { continue }
      try linkDated(footer)
    }
  }
}

/// Through where a partition's sealed files hold its events.
package struct LogPosition: Sendable, Equatable {
  /// The last id; zero when there is nothing.
  package let last: StreamID
  /// The number of the newest segment; 0 when there was none yet.
  package let number: UInt64

  /// More is no number of a segment, whatever a file says: so there is always a next one.
  static let highestNumber: UInt64 = 1 << 62

  package static let start = LogPosition(last: .zero, number: 0)

  package init(last: StreamID, number: UInt64) {
    self.last = last
    self.number = number
  }
}

/// The steps in which events become archive files, in order. Each is announced right after it was done, and the two
/// that begin with `will` right before, so that tests can crash there or let the system call fail.
package enum CommitStep: String, Sendable, CaseIterable {
  case partCreated
  case willWriteBatch
  case batchWritten
  case willSyncBatch
  case batchSynced
  case footerWritten
  case willSyncSegment
  case segmentSynced
  case segmentLinked
  case folderSynced
  case partUnlinked
  case dateLinked
  case dateFolderSynced
  /// The position in Redis says so now.
  case positionStored
  case trimmed
}

/// Called at each step. Production does nothing there. What it throws goes on as if the step had thrown it.
package typealias CommitHook = @Sendable (CommitStep, Partition) throws -> Void
