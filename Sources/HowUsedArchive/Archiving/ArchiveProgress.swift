internal import HowUsedModel
internal import HowUsedStore
internal import Redis
internal import Synchronization

/// How far this process has archived the partitions whose leases it holds, and how it is doing: the one place where that is
/// kept in memory. `ArchiveWriter` says what is in files, `ArchiverEngine` what it passed over and what Redis was told;
/// everyone else asks here, on any thread.
///
/// After a crash all of it comes from the files again: from the newest sealed segment, or the floor.
final class ArchiveProgress: Sendable {
  private struct Position {
    /// The newest sealed segment: what the next one continues.
    var sealed: LogPosition
    /// The last event in a file, sealed or not, or a foreign entry behind it: the next page is read from here.
    var archived: StreamID
    /// The mark of the stream that was compared with the files; nil: the partition starts over from them.
    var claim: StreamClaim?
    /// Whether more than a segment was read without coming to the stream's end.
    var isBehind = false
    /// What Redis was told last of the two; nil: nothing yet.
    var storedSealed: StreamID?
    var storedArchived: StreamID?
  }

  private struct Entry {
    /// Nil before the files were looked at.
    var position: Position?
    var problem: String?
    var isDiskFull = false
  }

  private struct State {
    /// Of the partitions whose leases this process holds.
    var held: [Partition: Entry] = [:]
    var problem: String?
    var counters = ArchiverHealth()
  }

  private let state = Mutex(State())

  private func position(of partition: Partition) -> Position? { state.withLock { $0.held[partition]?.position } }

  private func change(_ partition: Partition, _ change: (inout Position) -> Void) {
    state.withLock { state in
      guard var position = state.held[partition]?.position else { return }
      change(&position)
      state.held[partition]?.position = position
    }
  }

  // MARK: Where a partition is

  /// The newest sealed segment, as far as this process knows; nil when another one archives the partition.
  func sealed(_ partition: Partition) -> LogPosition? { position(of: partition)?.sealed }

  /// Where reading goes on; nil when the partition must first be opened.
  func next(_ partition: Partition) -> StreamID? {
    position(of: partition).flatMap { $0.claim == nil ? nil : $0.archived }
  }

  func isOpen(_ partition: Partition) -> Bool { next(partition) != nil }

  /// Starts over from what the files hold.
  func begin(_ partition: Partition, at sealed: LogPosition) {
    state.withLock { $0.held[partition, default: Entry()].position = Position(sealed: sealed, archived: sealed.last) }
  }

  /// The mark of the stream that was compared with the files; nil when the partition must first be opened.
  func claim(_ partition: Partition) -> StreamClaim? { position(of: partition)?.claim }

  /// The files were compared with the stream: reading may begin.
  func open(_ partition: Partition, _ claim: StreamClaim) { change(partition) { $0.claim = claim } }

  /// Everything up to here is in a file, or is no event of ours.
  func archived(_ partition: Partition, through id: StreamID) {
    change(partition) { $0.archived = max($0.archived, id) }
  }

  /// Whether this process archives the partition and is more than a segment behind.
  func isBehind(_ partition: Partition) -> Bool { position(of: partition)?.isBehind ?? false }

  func set(_ partition: Partition, isBehind: Bool) { change(partition) { $0.isBehind = isBehind } }

  func sealed(_ partition: Partition, through sealed: LogPosition) { change(partition) { $0.sealed = sealed } }

  /// What isn't sealed counts no more: the partition must be opened again.
  func abandon(_ partition: Partition) {
    change(partition) { position in
      position.archived = position.sealed.last
      position.claim = nil
    }
  }

  /// Redis may have become another one: everything must be opened again, and told again.
  func reopenAll() {
    state.withLock { state in
      for partition in state.held.keys {
        state.held[partition]?.position?.claim = nil
        state.held[partition]?.position?.storedArchived = nil
      }
    }
  }

  /// Another process holds the lease.
  func release(_ partition: Partition) { state.withLock { _ = $0.held.removeValue(forKey: partition) } }

  // MARK: What Redis knows of it

  /// Through where each partition's events are in a file, sealed or not, whichever process writes it, in one round trip.
  /// What has no position is left out.
  ///
  /// - Throws: `RedisClientError` and `RedisServerError`.
  func read(_ client: RedisClient, _ keys: KeySchema) async throws -> [Partition: StreamID] {
    // A server of an earlier version stores only what it has sealed; then the cursor is missing or old.
    let places = keys.partitions.flatMap { [($0, keys.archiveCursor($0)), ($0, keys.archivePosition($0))] }
    let positions = try await Self.positions(client, places)
    // What this process writes it knows best.
    let own = state.withLock { $0.held.compactMapValues(\.position?.archived) }
    return positions.merging(own) { _, own in own }
  }

  /// Likewise through where they are in sealed files.
  func readSealed(_ client: RedisClient, _ keys: KeySchema) async throws -> [Partition: StreamID] {
    let own = state.withLock { $0.held.compactMapValues(\.position?.sealed.last) }
    return try await Self.storedSealed(client, keys).merging(own) { max($0, $1) }
  }

  /// Through where Redis remembers that each partition was sealed; those that never were are left out.
  static func storedSealed(_ client: RedisClient, _ keys: KeySchema) async throws -> [Partition: StreamID] {
    try await positions(client, keys.partitions.map { ($0, keys.archivePosition($0)) })
  }

  private static func positions(
    _ client: RedisClient,
    _ places: [(Partition, String)]
  ) async throws -> [Partition: StreamID] {
    let replies = try await client.pipeline(places.map { ["GET", $0.1] })
    var positions: [Partition: StreamID] = [:]
    for ((partition, _), reply) in zip(places, replies) {
      if let error = reply.error { throw error }
      guard let position = reply.string.flatMap({ StreamID($0) }) else { continue }
      positions[partition] = max(positions[partition] ?? .zero, position)
    }
    return positions
  }

  /// The end of the newest sealed segment, when Redis doesn't have it yet.
  func unstoredSealed(_ partition: Partition) -> StreamID? {
    position(of: partition).flatMap { $0.storedSealed == $0.sealed.last ? nil : $0.sealed.last }
  }

  func stored(_ partition: Partition, sealed: StreamID) { change(partition) { $0.storedSealed = sealed } }

  /// Through where events are in files, of the partitions of which Redis doesn't have that yet.
  var unstoredArchived: [Partition: StreamID] {
    state.withLock { state in
      state.held.compactMapValues { entry in
        entry.position.flatMap { $0.storedArchived == $0.archived ? nil : $0.archived }
      }
    }
  }

  func stored(archived: [Partition: StreamID]) {
    for (partition, id) in archived { change(partition) { $0.storedArchived = id } }
  }

  // MARK: How it is doing

  var health: ArchiverHealth {
    state.withLock { state in
      var health = state.counters
      health.isWaitingForDisk = state.held.values.contains { $0.isDiskFull }
      health.lastError = state.held.sorted { $0.key < $1.key }.lazy.compactMap(\.value.problem).first ?? state.problem
      return health
    }
  }

  func succeeded(_ partition: Partition) {
    state.withLock { state in
      state.held[partition]?.problem = nil
      state.held[partition]?.isDiskFull = false
    }
  }

  func failed(_ partition: Partition, _ problem: String, isDiskFull: Bool) {
    state.withLock { state in
      state.held[partition, default: Entry()].problem = problem
      state.held[partition]?.isDiskFull = isDiskFull
    }
  }

  /// Returns whether that is news.
  ///
  /// - Parameter problem: of no single partition; nil: none any more.
  @discardableResult
  func failed(_ problem: String?) -> Bool {
    state.withLock { state in
      defer { state.problem = problem }
      return state.problem != problem
    }
  }

  /// It isn't known any more who archives.
  func forgetLeases() { state.withLock { $0.counters.leases = nil } }

  /// Returns whether that is news.
  func hold(_ leases: ArchiverHealth.Leases) -> Bool {
    state.withLock { state in
      defer { state.counters.leases = leases }
      return state.counters.leases != leases
    }
  }

  func count(events: Int = 0, foreign: Int = 0, damaged: Int = 0) {
    state.withLock { state in
      state.counters.archivedEvents += events
      state.counters.foreignEntries += foreign
      state.counters.damagedSegments += damaged
    }
  }
}

/// How the archive is doing, for `/health` and the metrics; how far it is behind, ``BacklogReader`` tells.
package struct ArchiverHealth: Sendable, Equatable {
  /// How many of the partitions this process archives. Of several servers on one archive, usually one has them all and the
  /// others stand by.
  package struct Leases: Sendable, Equatable, CustomStringConvertible {
    package let held: Int
    /// How many there are.
    package let partitions: Int

    package var description: String {
      switch held {
      case partitions: "archiving all \(partitions) partitions"
      case 0: "standing by: another process archives all \(partitions) partitions"
      default: "archiving \(held) of \(partitions) partitions; another process archives the others"
      }
    }
  }

  /// The disk is full: archiving waits, and goes on by itself.
  package var isWaitingForDisk = false
  /// The last thing that went wrong and has not gone right since.
  package var lastError: String?
  /// Nil before it's known.
  package var leases: Leases?
  /// Events written to files since the start (again after an abandoned file).
  package var archivedEvents = 0
  /// Segments that failed their checksum and were set aside since the start.
  package var damagedSegments = 0
  /// Stream entries that were no events of ours and are not archived.
  package var foreignEntries = 0
}
