internal import HowUsedModel
internal import HowUsedStore
internal import NIOCore

/// Writes all archive files, on a thread of its own: compressing and waiting for the disk hold up nobody else. Each partition
/// has at most one open part; it becomes a segment when it is full, old enough, or its UTC day is over.
actor ArchiveWriter {
  private struct Partial {
    let writer: SegmentWriter
    let opened = ContinuousClock.now
  }

  private let eventLoop: any EventLoop
  private let configuration: ArchiverConfiguration
  private let progress: ArchiveProgress
  private let compressor: ZstdCompressor
  private var ownerFile: OwnerFile?
  /// The archive that the folder was when it was looked at last.
  private var manifest: ArchiveManifest?
  private var parts: [Partition: Partial] = [:]
  private var listed: (names: DatedNames, at: ContinuousClock.Instant)?
  /// Where the comparison of a partition's stream with its files is.
  private var comparisons: [Partition: ArchivedLines] = [:]

  nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

  /// - Parameter eventLoop: one that nothing else runs on.
  init(configuration: ArchiverConfiguration, progress: ArchiveProgress, eventLoop: any EventLoop) throws {
    self.configuration = configuration
    self.progress = progress
    self.eventLoop = eventLoop
    self.compressor = try ZstdCompressor(level: configuration.compressionLevel)
  }

  /// Sees whether the folder is the archive of this Redis; where neither of them knows of one, it becomes that.
  ///
  /// - Parameter now: Redis's unix time in milliseconds.
  /// - Throws: ``ArchiveMismatch``, `FileError`.
  func confirm(_ recorded: ArchiveIdentity.Recorded, partitions: Int, now: Int64) throws -> ArchiveManifest {
    manifest = nil
    let found = try ArchiveManifest.agreed(configuration.layout, recorded, partitions: partitions, now: now)
    manifest = found
    return found
  }

  /// The folder may have been taken away, or another one put in its place, since it was confirmed.
  private func checkFolder() throws {
    guard let manifest else { return }
    let identity = ArchiveIdentity.Recorded(id: manifest.archive, partitions: manifest.partitions)
    _ = try ArchiveManifest.matching(configuration.layout, identity)
  }

  /// Begins at what the partition's files hold. A part that was open is left behind for recovery.
  ///
  /// - Parameter recorded: through where Redis remembers that it was sealed.
  /// - Returns: the last event in a sealed segment, what open parts and damaged segments hold behind it, and the segments
  ///   that were found damaged just now.
  /// - Throws: ``ArchiveMismatch``, `FileError`, ``SegmentDamage``.
  func open(
    _ partition: Partition,
    recorded: StreamID? = nil
  ) throws -> (sealed: StreamID, unsealed: UnsealedEvents, damage: [SegmentDamage]) {
    parts[partition] = nil
    comparisons[partition] = nil
    try checkFolder()
    let log = log(partition)
    try finishJoining(log)
    var damage: [SegmentDamage] = []
    let dated = try datedNames()
    let position = try log.position(dated: dated) { damage.append($0) }
    if let recorded, recorded > position.last { try log.check(recorded: recorded) }
    try log.repairDatedLinks(dated)
    let unsealed = try UnsealedEvents.read(log, after: position.last)
    progress.begin(partition, at: position)
    return (position.last, unsealed, damage)
  }

  /// Goes on where `archive compact` was killed; if one runs it does that itself.
  private func finishJoining(_ log: PartitionLog) throws {
    let joining = SegmentJoining(log: log, hook: { _ in })
    guard try !joining.marks().isEmpty, let lock = try? PurgeLock.take(log.layout) else { return }
    defer { lock.unlock() }
    try joining.finish()
  }

  /// One listing is for all partitions that are opened together: there may be millions of names.
  private func datedNames() throws -> DatedNames {
    if let listed, listed.at.duration(to: .now) < .seconds(60) { return listed.names }
    let names = try DatedNames.list(configuration.layout)
    listed = (names, .now)
    return names
  }

  /// The events that are in no sealed segment.
  /// - Parameters:
  ///   - entries: all at or before the end of those; nil ends the comparison. Calls go on from each other.
  ///   - now: Redis's unix time in milliseconds.
  func misplaced(_ partition: Partition, among entries: StreamEntries?, now: Int64) throws -> [MisplacedEvent] {
    guard let entries, let first = entries.first else {
      comparisons[partition] = nil
      return []
    }
    if comparisons[partition] == nil {
      let kept = configuration.keepDays.map { Int64($0) * UTCTime.millisecondsPerDay } ?? 0
      comparisons[partition] = try ArchivedLines(log(partition), from: first, old: now - kept)
    }
    return try comparisons[partition]?.misplaced(among: entries) ?? []
  }

  /// Adds batches and syncs them. Parts that are full, or end with their UTC day, are sealed on the way.
  ///
  /// - Parameter now: Redis's unix time in milliseconds.
  func append(_ batches: [LineBatch], _ partition: Partition, now: Int64) throws {
    do {
      for batch in batches {
        let isAhead = batch.isAhead(of: now)
        if let part = parts[partition]?.writer, !accepts(part, batch, isAhead) { try seal(partition) }
        let part = try openPart(partition)
        if isAhead { part.markAhead() }
        try part.append(batch)
      }
    } catch let error as FileError where error.isDiskFull {
      // The part was cut back to whole frames: it goes on behind them when there is room.
      if let part = parts[partition]?.writer { progress.archived(partition, through: part.last) }
      throw error
    }
    // One sync covers all batches of a page: what counts is that none waits longer than a poll.
    guard let part = parts[partition]?.writer else { return }
    try part.sync()
    progress.archived(partition, through: part.last)
  }

  private func accepts(_ part: SegmentWriter, _ batch: LineBatch, _ isAhead: Bool) -> Bool {
    guard !part.isEmpty else { return true }
    return part.footer.isAhead == isAhead
      && (isAhead ? part.footer.maxTime.day == batch.maxTime.day : part.footer.first.day == batch.first.day)
      && part.footer.count + batch.count <= configuration.maximumEvents
      && part.footer.rawBytes + batch.bytes.readableBytes <= configuration.maximumRawBytes
  }

  private func openPart(_ partition: Partition) throws -> SegmentWriter {
    if let part = parts[partition] { return part.writer }
    let position = progress.sealed(partition) ?? .start
    let writer = try log(partition).openPart(after: position, compressor: compressor)
    parts[partition] = Partial(writer: writer)
    return writer
  }

  /// Seals the part if it or its first event is old enough, or its UTC day is over.
  ///
  /// - Parameter now: Redis's unix time in milliseconds.
  func sealIfDue(_ partition: Partition, now: Int64) throws {
    if let listed, listed.at.duration(to: .now) >= .seconds(60) { self.listed = nil }
    guard let part = parts[partition], !part.writer.isEmpty else { return }
    // Events of the last moments of a day may still be on their way from Redis.
    let footer = part.writer.footer
    let dayIsOver = (now - 2000).day > (footer.isAhead ? footer.maxTime.day : Int64(footer.first.day))
    // After a start, what waited in Redis meanwhile needn't wait once more.
    let age = Duration.milliseconds(now - Int64(clamping: footer.first.milliseconds))
    if dayIsOver || max(age, ContinuousClock.now - part.opened) >= configuration.interval { try seal(partition) }
  }

  /// Makes the open part a segment, if it holds anything.
  func seal(_ partition: Partition) throws {
    guard let part = parts[partition]?.writer, !part.isEmpty else { return }
    try checkFolder()
    guard case .sealed(let footer) = try log(partition).seal(part) else {
      parts[partition] = nil
      throw RangeTaken(partition: partition, number: part.footer.number)
    }
    progress.sealed(partition, through: LogPosition(last: footer.last, number: footer.number))
    parts[partition] = nil
  }

  /// What all open parts hold, in bytes before compression.
  var openBytes: Int { parts.values.reduce(0) { $0 + $1.writer.footer.rawBytes } }

  /// Lets go of the part without another look at it. It stays where it is, for recovery.
  func abandon(_ partition: Partition) { parts[partition] = nil }

  /// Lets go of the open part, and removes it: all that it holds is elsewhere.
  func drop(_ partition: Partition) throws {
    guard let part = parts.removeValue(forKey: partition) else { return }
    try Folder.unlink(part.writer.path)
  }

  /// Removes parts whose events are in the stream or in a sealed segment.
  func discard(_ parts: [String]) throws {
    for path in parts { try Folder.unlink(path) }
  }

  /// Removes segments by age, if that is wanted, and those that the statistics have counted.
  func removeOld(_ partition: Partition, now: Int64) throws -> RemovedSegments {
    guard let days = configuration.keepDays else { return RemovedSegments() }
    let counted = configuration.countedThrough.map { $0(partition) ?? 0 } ?? .max
    let retention = Retention(keepDays: days, most: ArchiverConfiguration.mostRemoved)
    return try retention.run(log(partition), now: now, counted: counted)
  }

  private func log(_ partition: Partition) -> PartitionLog {
    PartitionLog(layout: configuration.layout, partition: partition, hook: configuration.hook)
  }

  // MARK: Who else archives here

  /// Whether the archiving process of this name, on this folder, certainly runs no more.
  func isDead(owner: String) throws -> Bool { try OwnerFile.isDead(owner, configuration.layout) }

  /// Shows that this process lives, until ``removeOwnerFile()`` or its end. To be done before it takes a lease.
  func takeOwnerFile() throws {
    if ownerFile == nil { ownerFile = try OwnerFile(configuration.owner, configuration.layout) }
  }

  /// - Parameter removing: false leaves it as a killed process does, to prove that its leases are nobody's.
  func giveUpOwnerFile(removing: Bool) throws {
    defer { ownerFile = nil }
    if removing { try ownerFile?.remove() }
  }
}

/// Another process archived what this one was about to.
struct RangeTaken: Error, Equatable, CustomStringConvertible {
  let partition: Partition
  let number: UInt64

  var description: String { "segment \(number) of \(partition) was written by another process" }
}
