package import HowUsedModel
internal import HowUsedStore

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

  package func floor() throws -> ArchiveFloor? { try ArchiveFloor.read(layout.floor(partition)) }

  func announce(_ step: CommitStep) throws { try hook(step, partition) }

  /// How far was sealed, as the file beside the folder says; nil when there is none, or it can't be told. It may be one
  /// segment behind, after a crash.
  ///
  /// - Throws: `FileError`, `SegmentDamage`.
  package func head() throws -> LogPosition? { try PositionFile.read(layout.head(partition)) }

  /// Finds the position after validating the newest segment. Segments that fail are replaced by their good copies or set
  /// aside, and told to `report`, as is what should be there and is not.
  ///
  /// - Parameter dated: where to look for segments that are missing; nil: nowhere.
  package func position(dated: DatedNames? = nil, report: @escaping (SegmentDamage) -> Void) throws -> LogPosition {
    try Folder.make(folder)
    let listing = try listing()
    try PositionFile.removeLeftovers(of: layout.floor(partition), among: listing.others)
    try PositionFile.removeLeftovers(of: layout.head(partition))
    let rescue = SegmentRescue(self, report: report)
    var numbers = listing.numbers
    if let dated, try rescue.restoreNewest(dated, newest: numbers.last ?? 0) { numbers = try self.numbers() }
    let position = try newestValid(numbers, rescue, report)
    // A crash may have come between a link and the sync of its folder: nothing may rely on a name before this.
    try Folder.sync(folder)
    try checkHead(position, report)
    return position
  }

  private func newestValid(
    _ numbers: [UInt64],
    _ rescue: SegmentRescue,
    _ report: (SegmentDamage) -> Void
  ) throws -> LogPosition {
    var position = LogPosition.start
    if let floor = try floor() { position = LogPosition(last: floor.last, number: floor.number) }
    for number in numbers.reversed() where number > position.number {
      let path = layout.segment(number, partition)
      do {
        let footer = try SegmentReader.validated(path, number: number, partition: partition)
        return LogPosition(last: footer.last, number: number)
      } catch let damage as SegmentDamage {
        report(damage)
        if let footer = try rescue.replaceDamaged(number) { return LogPosition(last: footer.last, number: number) }
      }
    }
    return position
  }

  /// Compares the position with how far was sealed, and catches up with it.
  private func checkHead(_ position: LogPosition, _ report: (SegmentDamage) -> Void) throws {
    var head: LogPosition?
    do {
      head = try self.head()
    } catch let damage as SegmentDamage {
      report(damage)
    }
    guard let head, head.number > position.number else {
      if position.number > 0, head != position { try PositionFile.write(position, layout.head(partition)) }
      return
    }
    let path = layout.segment(head.number, partition)
    // What was set aside is told already.
    if try damaged().contains(where: { $0.hasPrefix(path) }) { return }
    report(SegmentDamage(path: path, reason: "is missing: segments through \(head.number) were sealed"))
  }

  /// Where names and footers say that the sealed files end, without reading more of them; nil when they can't tell, because
  /// the newest one is damaged.
  package func claimedEnd() throws -> StreamID? {
    let floor = try floor() ?? ArchiveFloor(number: 0, last: .zero)
    let listing = try listing()
    let newest = max(listing.numbers.last ?? 0, floor.number)
    let damaged = listing.damaged.compactMap { ArchiveLayout.damagedNumber($0) }.max() ?? 0
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
    guard try link(writer), try isOurs(writer.footer.number) else {
      try Folder.unlink(writer.path)
      return .lost
    }
    try announce(.segmentLinked)
    try Folder.sync(folder)
    try announce(.folderSynced)
    try writeHead(writer.footer)
    try announce(.headWritten)
    try Folder.unlink(writer.path)
    try announce(.partUnlinked)
    try linkDated(writer.footer)
    return .sealed(writer.footer)
  }

  /// Another process may have gone on meanwhile, while this one was paused.
  private func writeHead(_ footer: SegmentFooter) throws {
    // A damaged one is replaced.
    if let head = try? head(), head.number > footer.number,
      try Folder.status(of: layout.segment(head.number, partition)) != nil
    {
      return
    }
    do {
      try PositionFile.write(LogPosition(last: footer.last, number: footer.number), layout.head(partition))
    } catch  where error.isDiskFull {
      // The segment is sealed all the same: the next one tells.
    }
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
    return true
  }

  /// Another process may have sealed this number, and retention removed it since, or it was joined with later ones, while
  /// this one was paused: then its name is free, and was ours just now.
  private func isOurs(_ number: UInt64) throws -> Bool {
    let removed = try floor()?.number ?? 0
    let joined = try joined(over: number)
    if removed < number, joined == nil { return true }
    try Folder.unlink(layout.segment(number, partition))
    return false
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
  ///
  /// - Parameter dated: names that were made since don't matter.
  package func repairDatedLinks(_ dated: DatedNames) throws {
    let numbers = try numbers()
    var named = dated.all(of: partition)[...]
    var missing: Set<UInt64> = []
    for number in numbers {
      while let name = named.first, name.number < number { named.removeFirst() }
      if named.first?.number != number { missing.insert(number) }
    }
    guard let lowest = missing.min() else { return }
    // What a joined segment stands for must not get its name back.
    var start = UInt64.max
    for number in numbers.reversed() where number >= lowest && number < start {
      guard let footer = try footerIfThere(number) else { continue }
      start = footer.numbers.lowerBound
      if missing.contains(number) { try linkDated(footer) }
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
  case headWritten
  case partUnlinked
  case dateLinked
  case dateFolderSynced
  /// The position in Redis says so now.
  case positionStored
  case trimmed
}

/// Called at each step. Production does nothing there. What it throws goes on as if the step had thrown it.
package typealias CommitHook = @Sendable (CommitStep, Partition) throws -> Void
