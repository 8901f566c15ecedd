import HowUsedModel
import HowUsedStore
import Logging
import Redis

/// What the archiver does, pass by pass; when is the service's business. Only one pass may run at a time.
package actor ArchiverEngine {
  private let streams: EventStreams
  private let disk: ArchiveDisk
  private let configuration: ArchiverConfiguration
  /// Redis's unix time in milliseconds.
  private let now: @Sendable () -> Int64
  private let status: ArchiverStatus
  private let logger: Logger
  private var states: [Partition: State] = [:]
  private var runID: String?
  private var nextRetention = ContinuousClock.now
  private var nextTelling = ContinuousClock.now
  /// The cursors that Redis has of the partitions held.
  private var told: [Partition: StreamID] = [:]

  private struct State {
    var lease: ArchiveLease
    /// As of the last look at the lease; nil before the first one.
    var isHeld: Bool?
    /// The last event in a file; nil before the partition was opened, or when it must start over from the files.
    var cursor: StreamID?
    var sealed = StreamID.zero
    var failures = 0
    var retryAt = ContinuousClock.now
  }

  /// Partitions that are worked on at the same time: while one waits for the disk another one reads.
  private static let lanes = 4

  init(
    streams: EventStreams,
    disk: ArchiveDisk,
    configuration: ArchiverConfiguration,
    status: ArchiverStatus,
    now: @escaping @Sendable () -> Int64,
    logger: Logger
  ) {
    self.streams = streams
    self.disk = disk
    self.configuration = configuration
    self.status = status
    self.now = now
    self.logger = logger
  }

  /// Brings everything that is in Redis now into files, and seals what is due.
  ///
  /// - Parameter sealing: whether everything is sealed at the end, due or not.
  /// - Throws: only what tests injected and cancellation: Redis's and the disk's failures are noted, and tried again in
  ///   a later pass.
  package func pass(sealing: Bool = false) async throws {
    do {
      try await noticeRestart()
      status.general(nil)
    } catch {
      // Without Redis nothing can be read, and nobody knows whether it comes back as it was.
      return try note(error)
    }
    let partitions = streams.keys.partitions
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<min(Self.lanes, partitions.count) {
        group.addTask {
          for index in stride(from: lane, to: partitions.count, by: Self.lanes) {
            try await self.work(partitions[index], sealing: sealing)
          }
        }
      }
      try await group.waitForAll()
    }
    tellHeld()
    await tellCursors()
    try await removeOld()
  }

  /// Gives all partitions to whoever wants them. Call it after the last pass.
  package func releaseAll() async {
    for (partition, state) in states {
      do {
        try await state.lease.release()
      } catch {
        // It runs out by itself.
        logger.debug("a lease was not released", metadata: ["partition": "\(partition)", "error": "\(error)"])
      }
      status.released(partition)
    }
    states = [:]
    told = [:]
    do {
      try await disk.removeOwnerFile()
    } catch {
      logger.debug("the owner file stays", metadata: ["error": "\(error)"])
    }
  }

  /// A Redis that was restarted, or replaced by its replica, may have lost its tail: everything is opened anew, so that
  /// parts are compared with what the streams still have.
  private func noticeRestart() async throws {
    let id = try await streams.runID()
    if let runID, runID != id {
      logger.notice("Redis was restarted or replaced: comparing the open archive files with its streams")
      for partition in states.keys { states[partition]?.cursor = nil }
      told = [:]
    }
    runID = id
  }

  private func work(_ partition: Partition, sealing: Bool) async throws {
    if let state = states[partition], state.retryAt > .now, !sealing { return }
    do {
      guard try await hold(partition) else { return }
      if states[partition]?.cursor == nil { try await open(partition) }
      try await drain(partition, until: sealing ? nil : .now + configuration.poll)
      let sealNow = now()
      let standing = try await sealing ? disk.seal(partition) : disk.sealIfDue(partition, now: sealNow)
      try await advance(partition, to: standing)
      status.caughtUp(partition)
      states[partition]?.failures = 0
    } catch {
      try await recover(partition, from: error)
    }
  }

  private func hold(_ partition: Partition) async throws -> Bool {
    var lease =
      states[partition]?.lease
      ?? ArchiveLease(
        client: streams.client,
        key: streams.keys.archiveLease(partition),
        owner: configuration.owner,
        time: configuration.leaseTime
      )
    states[partition, default: State(lease: lease)].lease = lease
    // Before the lease: whoever finds the lease of a process that ended at once must be able to see that it did.
    if states[partition]?.isHeld == nil { try await disk.takeOwnerFile() }
    let isHeld = try await lease.hold { try await self.disk.isDead(owner: $0) }
    states[partition]?.lease = lease
    states[partition]?.isHeld = isHeld
    guard !isHeld else { return true }
    status.released(partition)
    told[partition] = nil
    if states[partition]?.cursor != nil {
      states[partition]?.cursor = nil
      await disk.abandon(partition)
    }
    return false
  }

  /// Says at the start, and when it changes, whether this process archives or stands by.
  private func tellHeld() {
    let looks = states.values.compactMap(\.isHeld)
    let share = ArchiveShare(held: looks.count { $0 }, partitions: streams.keys.partitions.count)
    // Some leases may not have been asked for yet, because Redis was lost meanwhile or the disk refuses.
    guard looks.count == share.partitions, status.tell(share) else { return }
    logger.notice("\(share)")
  }

  /// Starts over from the files.
  private func open(_ partition: Partition) async throws {
    let opened = try await disk.open(partition)
    for damage in opened.damage {
      logger.error("a damaged archive segment was set aside", metadata: ["damage": "\(damage)"])
    }
    status.count(damaged: opened.damage.count)
    let recovery = LeftoverRecovery(
      streams: streams,
      disk: disk,
      partition: partition,
      pageEvents: configuration.pageEvents,
      logger: logger
    )
    let standing = try await recovery.run(opened)
    if try await streams.advance(partition, to: standing.cursor) {
      logger.warning(
        "the stream was behind the archive and was set forward",
        metadata: ["partition": "\(partition)", "to": "\(standing.cursor)"]
      )
    }
    states[partition]?.sealed = standing.sealed
    status.opened(partition, sealed: standing.sealed)
    try await advance(partition, to: standing, told: true)
  }

  /// Reads to the end of the stream, or until others have waited long enough; the next page comes while the last one is
  /// compressed and synced.
  private func drain(_ partition: Partition, until end: ContinuousClock.Instant?) async throws {
    guard let cursor = states[partition]?.cursor else { return }
    let count = configuration.pageEvents
    var page = try await streams.page(partition, after: cursor, count: count)
    while let last = page.last {
      noteForeign(page, partition)
      let isLast = page.isEnd || end.map { $0 <= .now } ?? false
      async let next = isLast ? StreamPage() : streams.page(partition, after: last, count: count)
      let standing = try await disk.append(page.batches, partition)
      status.count(events: page.count)
      try await advance(partition, to: standing)
      // Foreign entries at a page's end are in no file. A restart reads them again; this run need not.
      reached(partition, max(standing.cursor, last))
      if nextTelling <= .now { await tellCursors() }
      page = try await next
    }
  }

  /// Takes over where the files are, and tells everyone when that moved.
  private func advance(_ partition: Partition, to standing: ArchiveDisk.Standing, told: Bool = false) async throws {
    let hasSealed = standing.sealed != states[partition]?.sealed
    let cursor = max(states[partition]?.cursor ?? .zero, standing.cursor)
    reached(partition, cursor)
    states[partition]?.sealed = standing.sealed
    guard hasSealed || told else { return }
    if hasSealed { status.sealed(partition, through: standing.sealed) }
    _ = try await streams.client.send("SET", streams.keys.archivePosition(partition), standing.sealed.description)
    try configuration.hook(.positionTold, partition)
  }

  private func reached(_ partition: Partition, _ cursor: StreamID) {
    states[partition]?.cursor = cursor
    status.reached(partition, cursor)
  }

  /// Lets those who stand by know how far this process is: at the end of a pass, and once a second in a long one. It's
  /// only for their `/health`, so a failure is nothing but tried again.
  private func tellCursors() async {
    nextTelling = .now + .seconds(1)
    let moved = status.cursors.filter { told[$0.key] != $0.value }
    do {
      let replies = try await streams.client.pipeline(
        moved.map { ["SET", streams.keys.archiveCursor($0.key), $0.value.description] }
      )
      if let error = replies.lazy.compactMap(\.error).first { throw error }
      told.merge(moved) { _, new in new }
    } catch {
      logger.debug("the archive's cursors were not told", metadata: ["error": "\(error)"])
    }
  }

  private func noteForeign(_ page: StreamPage, _ partition: Partition) {
    guard let first = page.foreign.first else { return }
    status.count(foreign: page.foreign.count)
    logger.error(
      "stream entries that howused did not write are not archived",
      metadata: ["partition": "\(partition)", "first": "\(first)", "count": "\(page.foreign.count)"]
    )
  }

  private func removeOld() async throws {
    guard configuration.keepDays != nil, nextRetention <= .now else { return }
    nextRetention = .now + .seconds(600)
    for partition in streams.keys.partitions where states[partition]?.cursor != nil {
      do {
        let count = try await disk.removeOld(partition, now: now())
        if count > 0 {
          logger.info("removed old archive segments", metadata: ["partition": "\(partition)", "count": "\(count)"])
        }
      } catch {
        try note(error)
      }
    }
  }

  /// What to do about a failure in one partition.
  private func recover(_ partition: Partition, from error: any Error) async throws {
    try note(error, partition)
    let isDiskFull = (error as? FileError)?.isDiskFull ?? false
    status.failed(partition, "\(error)", isDiskFull: isDiskFull)
    // The part was cut back to whole frames: the same part goes on when there is room. Some batches may be in it.
    if isDiskFull, (error as? FileError)?.operation == .write, states[partition]?.cursor != nil {
      reached(partition, await disk.standing(of: partition).cursor)
      return
    }
    if error is RedisClientError || error is RedisServerError { return }
    // After a failed sync, or a lost race, nothing in memory counts any more: only the files do.
    if let state = states[partition], state.cursor != nil { status.reached(partition, state.sealed) }
    states[partition]?.cursor = nil
    await disk.abandon(partition)
    guard !(error is RangeTaken) else { return }
    let failures = (states[partition]?.failures ?? 0) + 1
    states[partition]?.failures = failures
    states[partition]?.retryAt = .now + min(.seconds(30), .milliseconds(500 << min(failures, 6)))
  }

  private func note(_ error: any Error, _ partition: Partition? = nil) throws {
    let metadata: Logger.Metadata = ["partition": "\(partition?.description ?? "all")", "error": "\(error)"]
    switch error {
    case is RedisClientError, is RedisServerError:
      logger.debug("Redis can't be read now", metadata: metadata)
      status.general("\(error)")
    case let error as RangeTaken:
      logger.notice("starting over from the files", metadata: ["reason": "\(error)"])
    case let error as FileError where error.isDiskFull:
      logger.error("the disk is full: archiving waits", metadata: metadata)
    case is FileError, is SegmentDamage, is ZstdError, is EventStreamsError:
      logger.error("archiving failed and is tried again", metadata: metadata)
      status.general("\(error)")
    default:
      throw error
    }
  }
}
