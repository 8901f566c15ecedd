internal import HowUsedModel
package import NIOCore

/// All writing of archive files, on a thread of its own: compressing and waiting for the disk hold up nobody else.
package actor ArchiveDisk {
  private let eventLoop: any EventLoop
  private let configuration: ArchiverConfiguration
  private let compressor: ZstdCompressor
  private var ownerFile: OwnerFile?
  private var partitions: [Partition: PartitionArchiver] = [:]

  package nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

  /// - Parameter eventLoop: one that nothing else runs on.
  package init(configuration: ArchiverConfiguration, eventLoop: any EventLoop) throws {
    self.configuration = configuration
    self.eventLoop = eventLoop
    self.compressor = try ZstdCompressor(level: configuration.compressionLevel)
  }

  /// Where a partition stands.
  struct Standing: Sendable {
    /// The last event in a file.
    var cursor: StreamID
    /// The last event in a sealed file.
    var sealed: StreamID
  }

  struct Opened: Sendable {
    var standing: Standing
    var leftovers: LeftoverEvents
    var damage: [SegmentDamage]
  }

  /// Starts a partition over from its files.
  func open(_ partition: Partition) throws -> Opened {
    let archiver = archiver(partition)
    var damage: [SegmentDamage] = []
    try archiver.open { damage.append($0) }
    let leftovers = try LeftoverEvents.read(archiver.log, after: archiver.sealed)
    return Opened(standing: standing(archiver), leftovers: leftovers, damage: damage)
  }

  func append(_ batches: [LineBatch], _ partition: Partition) throws -> Standing {
    let archiver = archiver(partition)
    try archiver.append(batches)
    return standing(archiver)
  }

  func sealIfDue(_ partition: Partition, now: Int64) throws -> Standing {
    let archiver = archiver(partition)
    try archiver.sealIfDue(now: now)
    return standing(archiver)
  }

  func seal(_ partition: Partition) throws -> Standing {
    let archiver = archiver(partition)
    try archiver.seal()
    return standing(archiver)
  }

  func standing(of partition: Partition) -> Standing { standing(archiver(partition)) }

  func abandon(_ partition: Partition) { archiver(partition).abandon() }

  /// Removes parts whose events are in the stream or in a sealed segment.
  func discard(_ parts: [String]) throws {
    for path in parts { try Folder.unlink(path) }
  }

  /// Whether the archiving process of this name, on this folder, certainly runs no more.
  func isDead(owner: String) throws -> Bool { try OwnerFile.isDead(owner, configuration.layout) }

  /// Shows that this process lives, until ``removeOwnerFile()`` or its end. To be done before it takes a lease.
  func takeOwnerFile() throws {
    if ownerFile == nil { ownerFile = try OwnerFile(configuration.owner, configuration.layout) }
  }

  func removeOwnerFile() throws {
    try ownerFile?.remove()
    ownerFile = nil
  }

  func removeOld(_ partition: Partition, now: Int64) throws -> Int {
    guard let days = configuration.keepDays else { return 0 }
    return try Retention(keepDays: days).run(archiver(partition).log, now: now)
  }

  private func archiver(_ partition: Partition) -> PartitionArchiver {
    if let archiver = partitions[partition] { return archiver }
    let log = PartitionLog(layout: configuration.layout, partition: partition, hook: configuration.hook)
    let archiver = PartitionArchiver(log: log, configuration: configuration, compressor: compressor)
    partitions[partition] = archiver
    return archiver
  }

  private func standing(_ archiver: PartitionArchiver) -> Standing {
    Standing(cursor: archiver.cursor, sealed: archiver.sealed)
  }
}
