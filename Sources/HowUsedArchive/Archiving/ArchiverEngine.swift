import HowUsedModel
import HowUsedStore
import Logging
import Redis

/// What the archiver does, pass by pass; when is the service's business. Only one pass may run at a time.
actor ArchiverEngine {
  private let streams: EventStreams
  private let writer: ArchiveWriter
  private let configuration: ArchiverConfiguration
  /// Redis's unix time in milliseconds.
  private let now: @Sendable () -> Int64
  private let progress: ArchiveProgress
  private let logger: Logger
  private var states: [Partition: State] = [:]
  private var runID: String?
  private var nextRetention = ContinuousClock.now
  private var nextStore = ContinuousClock.now

  private struct State {
    var lease: ArchiveLease
    /// As of the last look at the lease; nil before the first one.
    var isHeld: Bool?
    /// In a row.
    var failures = 0
    var retryAt = ContinuousClock.now
  }

  /// Partitions that are worked on at the same time: while one waits for the disk another one reads.
  private static let concurrency = 4

  init(
    streams: EventStreams,
    writer: ArchiveWriter,
    configuration: ArchiverConfiguration,
    progress: ArchiveProgress,
    now: @escaping @Sendable () -> Int64,
    logger: Logger
  ) {
    self.streams = streams
    self.writer = writer
    self.configuration = configuration
    self.progress = progress
    self.now = now
    self.logger = logger
  }

  /// Brings everything that is in Redis now into files, and seals what is due.
  ///
  /// - Parameter sealing: whether everything is sealed at the end, due or not.
  /// - Throws: only what tests injected and cancellation: what Redis or the disk fails at is logged, and tried
  ///   again in a later pass.
  func pass(sealing: Bool = false) async throws {
    do {
      try await checkRestart()
      try await confirmFolder()
      progress.failed(nil)
    } catch {
      // Without Redis nothing can be read, and nobody knows whether it comes back as it was.
      if let mismatch = error as? ArchiveMismatch { return await standBack(mismatch) }
      return try report(error)
    }
    let sealsEarly = await isShortOfMemory()
    let partitions = streams.keys.partitions
    try await withThrowingTaskGroup(of: Void.self) { group in
      for first in 0..<min(Self.concurrency, partitions.count) {
        group.addTask {
          for index in stride(from: first, to: partitions.count, by: Self.concurrency) {
            try await self.work(partitions[index], sealing: sealing, early: sealsEarly)
          }
        }
      }
      try await group.waitForAll()
    }
    reportLeases()
    await storeArchived()
    try await removeOld()
  }

  /// Gives all partitions to whoever wants them. Call it after the last pass.
  func releaseAll() async {
    var areReleased = true
    for (partition, state) in states {
      do {
        try await state.lease.release()
      } catch {
        // It runs out by itself, or is taken over by who sees the file of an owner that is gone.
        areReleased = false
        logger.debug("a lease was not released", metadata: ["partition": "\(partition)", "error": "\(error)"])
      }
      progress.release(partition)
    }
    states = [:]
    do {
      try await writer.giveUpOwnerFile(removing: areReleased)
    } catch {
      logger.debug("the owner file stays", metadata: ["error": "\(error)"])
    }
  }

  /// A Redis that was restarted, or replaced by its replica, may have lost its tail: everything is opened anew, so that
  /// parts are compared with what the streams still have.
  private func checkRestart() async throws {
    let id = try await streams.runID()
    if let runID, runID != id {
      logger.notice("Redis was restarted or replaced: comparing the open archive files with its streams")
      progress.reopenAll()
    }
    runID = id
  }

  /// A folder that isn't this Redis's archive, or isn't there, must not be written to.
  private func confirmFolder() async throws {
    let keys = streams.keys
    let recorded = try await ArchiveIdentity.recorded(in: streams.client, keys)
    let manifest = try await writer.confirm(recorded, partitions: keys.partitionCount, now: now())
    guard recorded.isMissing else { return }
    // Another installation may record itself this very moment.
    let again = try await manifest.identity.record(in: streams.client, keys)
    _ = try await writer.confirm(again, partitions: keys.partitionCount, now: now())
  }

  /// Archives nothing, so that another process can that sees the right folder, until it's right here again.
  private func standBack(_ mismatch: ArchiveMismatch) async {
    if progress.failed("\(mismatch)") {
      logger.critical("archiving stops: the folder is not this Redis's archive", metadata: ["reason": "\(mismatch)"])
    }
    for partition in states.keys { await writer.abandon(partition) }
    await releaseAll()
    progress.forgetLeases()
  }

  private func work(_ partition: Partition, sealing: Bool, early: Bool) async throws {
    if let state = states[partition], state.retryAt > .now, !sealing { return }
    do {
      guard try await hold(partition), try await checkStream(partition) else { return }
      if !progress.isOpen(partition) { try await open(partition) }
      try await drain(partition, until: sealing ? nil : .now + configuration.poll)
      if sealing || early {
        try await writer.seal(partition)
      } else {
        try await writer.sealIfDue(partition, now: now())
      }
      try await storeSealed(partition)
      progress.succeeded(partition)
      states[partition]?.failures = 0
    } catch {
      try await recover(partition, from: error)
    }
  }

  /// A stream that was deleted gives out ids anew, perhaps such as are in files already: it's compared with them again.
  /// - Returns: whether the partition still is this process's.
  private func checkStream(_ partition: Partition) async throws -> Bool {
    guard let claim = progress.claim(partition), let position = progress.next(partition) else { return true }
    guard try await !streams.isClaimed(partition, claim, through: position) else { return true }
    // What deleted the stream may have deleted the lease: then two would take the stream from each other until the next look.
    states[partition]?.lease.lookAgain()
    guard try await hold(partition) else { return false }
    logger.error(
      "the stream was deleted or replaced: comparing it with the archive's files",
      metadata: ["partition": "\(partition)"]
    )
    progress.abandon(partition)
    await writer.abandon(partition)
    return true
  }

  /// Whether all open parts are to be sealed now, since what they hold stays in Redis until then.
  private func isShortOfMemory() async -> Bool {
    let openBytes = await writer.openBytes
    guard let memory = configuration.memory(), memory.isShort(openBytes: openBytes) else { return false }
    if openBytes > 0 {
      logger.notice(
        "Redis's memory is short: sealing archive files before their time",
        metadata: ["used": "\(memory.used)", "limit": "\(memory.limit)"]
      )
    }
    return true
  }

  private func hold(_ partition: Partition) async throws -> Bool {
    let (key, owner) = (streams.keys.archiveLease(partition), configuration.owner)
    let new = ArchiveLease(client: streams.client, key: key, owner: owner, time: configuration.leaseTime)
    var lease = states[partition]?.lease ?? new
    states[partition, default: State(lease: lease)].lease = lease
    // Before the lease: whoever finds the lease of a process that ended at once must be able to see that it did.
    if states[partition]?.isHeld == nil { try await writer.takeOwnerFile() }
    let isHeld = try await lease.hold { try await self.writer.isDead(owner: $0) }
    states[partition]?.lease = lease
    states[partition]?.isHeld = isHeld
    guard !isHeld else { return true }
    let wasOpen = progress.isOpen(partition)
    progress.release(partition)
    if wasOpen { await writer.abandon(partition) }
    return false
  }

  /// Says at the start, and when it changes, whether this process archives or stands by.
  private func reportLeases() {
    let known = states.values.compactMap(\.isHeld)
    let held = ArchiverHealth.Leases(held: known.count { $0 }, partitions: streams.keys.partitions.count)
    // Some leases may not have been asked for yet, because Redis was lost meanwhile or the disk refuses.
    guard known.count == held.partitions, progress.hold(held) else { return }
    logger.notice("\(held)")
  }

  /// Starts over from the files.
  private func open(_ partition: Partition) async throws {
    let recorded = try await streams.client.send("GET", streams.keys.archivePosition(partition)).string
    let opened = try await writer.open(partition, recorded: recorded.flatMap { StreamID($0) })
    for damage in opened.damage {
      logger.error("the archive's files are not as they were written", metadata: ["damage": "\(damage)"])
    }
    progress.count(damaged: opened.damage.count)
    let recovery = PartRecovery(
      streams: streams,
      writer: writer,
      partition: partition,
      pageEvents: configuration.pageEvents,
      now: now,
      logger: logger
    )
    try await recovery.run(opened.unsealed, after: opened.sealed)
    let sealed = progress.sealed(partition)?.last ?? opened.sealed
    let claim = StreamClaim(name: RandomName.make(), runID: runID ?? "")
    if try await streams.claim(partition, claim, through: sealed) {
      logger.warning(
        "the stream was behind the archive and was set forward",
        metadata: ["partition": "\(partition)", "to": "\(sealed)"]
      )
    }
    try await takeInMisplaced(partition, through: sealed)
    progress.open(partition, claim)
    try await storeSealed(partition)
  }

  /// Events with ids at or before those in the files, though no file has them: the stream was behind the files when they
  /// came. They get new ids, keep their time, and are archived with all others.
  private func takeInMisplaced(_ partition: Partition, through sealed: StreamID) async throws {
    var cursor = StreamID.zero
    var moved = 0
    while true {
      let entries = try await streams.entries(partition, after: cursor, through: sealed)
      let misplaced = try await writer.misplaced(partition, among: entries, now: now())
      if !misplaced.isEmpty { moved += try await streams.move(misplaced, partition) }
      guard !entries.isEnd, let last = entries.last else { break }
      cursor = last
    }
    _ = try await writer.misplaced(partition, among: nil, now: now())
    guard moved > 0 else { return }
    logger.error(
      "events had ids of before the archive's end, and were given new ones: was the stream deleted, or Redis replaced?",
      metadata: ["partition": "\(partition)", "events": "\(moved)"]
    )
  }

  /// Reads to the end of the stream, or until others have waited long enough; the next page comes while the last one is
  /// compressed and synced.
  private func drain(_ partition: Partition, until end: ContinuousClock.Instant?) async throws {
    guard let position = progress.next(partition) else { return }
    let count = configuration.pageEvents
    var entries = 0
    var isBehind = progress.isBehind(partition)
    var page = try await streams.page(partition, after: position, count: count, isShared: !isBehind)
    while let last = page.last {
      reportForeign(page, partition)
      entries += page.entries
      isBehind = !page.isEnd && (isBehind || entries > configuration.maximumEvents)
      progress.set(partition, isBehind: isBehind)
      let isLast = page.isEnd || end.map { $0 <= .now } ?? false
      let isShared = !isBehind
      async let next =
        isLast ? EventStreams.Page() : streams.page(partition, after: last, count: count, isShared: isShared)
      try await writer.append(page.batches, partition, now: now())
      progress.count(events: page.count)
      try await storeSealed(partition)
      // Foreign entries at a page's end are in no file. A restart reads them again; this run need not.
      progress.archived(partition, through: last)
      if nextStore <= .now { await storeArchived() }
      if isLast { return }
      page = try await next
    }
    progress.set(partition, isBehind: false)
  }

  /// Tells Redis, and so everyone, when more is sealed than it knows.
  private func storeSealed(_ partition: Partition) async throws {
    guard let sealed = progress.unstoredSealed(partition) else { return }
    try await streams.client.sendEvenIfFull("SET", streams.keys.archivePosition(partition), sealed.description)
    progress.stored(partition, sealed: sealed)
    try configuration.hook(.positionStored, partition)
  }

  /// Lets those who stand by know how far this process is: at the end of a pass, and once a second in a long one. It's
  /// only for their `/health`, so a failure is nothing but tried again.
  private func storeArchived() async {
    nextStore = .now + .seconds(1)
    let positions = progress.unstoredArchived
    do {
      let replies = try await streams.client.pipeline(
        positions.map { ["SET", streams.keys.archiveCursor($0.key), $0.value.description] }
      )
      for ((partition, position), reply) in zip(positions, replies) {
        guard let error = reply.error else { continue }
        guard error.code == "OOM" else { throw error }
        try await streams.client.sendEvenIfFull("SET", streams.keys.archiveCursor(partition), position.description)
      }
      progress.stored(archived: positions)
    } catch {
      logger.debug("how far the archive is was not stored in Redis", metadata: ["error": "\(error)"])
    }
  }

  private func reportForeign(_ page: EventStreams.Page, _ partition: Partition) {
    guard let first = page.foreign.first else { return }
    progress.count(foreign: page.foreign.count)
    logger.error(
      "stream entries that howused did not write are not archived",
      metadata: ["partition": "\(partition)", "first": "\(first)", "count": "\(page.foreign.count)"]
    )
  }

  private func removeOld() async throws {
    guard let keepDays = configuration.keepDays, nextRetention <= .now else { return }
    nextRetention = .now + ArchiverConfiguration.removalInterval
    let (now, machine) = (now(), configuration.machineNow())
    guard abs(now - machine) <= Retention.clockTolerance else {
      logger.error(
        "nothing old is removed from the archive: Redis's clock and this machine's are more than a day apart",
        metadata: [
          "redis": "\(UTCTime.format(milliseconds: now))", "machine": "\(UTCTime.format(milliseconds: machine))",
        ]
      )
      return
    }
    for partition in streams.keys.partitions where progress.isOpen(partition) {
      do {
        reportRemoved(try await writer.removeOld(partition, now: now), partition, keepDays)
      } catch {
        try report(error)
      }
    }
  }

  private func reportRemoved(_ removed: RemovedSegments, _ partition: Partition, _ keepDays: Int) {
    if removed.isWaiting {
      logger.notice("old archive segments wait for the statistics", metadata: ["partition": "\(partition)"])
    }
    guard let first = removed.first, let last = removed.last else { return }
    func time(_ id: StreamID) -> String { UTCTime.format(milliseconds: Int64(clamping: id.milliseconds)) }
    logger.notice(
      "removed archived events that are older than --archive-keep-days",
      metadata: [
        "partition": "\(partition)", "keepDays": "\(keepDays)", "segments": "\(removed.segments)",
        "events": "\(removed.events)", "from": "\(time(first))", "to": "\(time(last))",
        "moreInAnHour": "\(removed.isLimited)",
      ]
    )
  }

  /// What to do about a failure in one partition.
  private func recover(_ partition: Partition, from error: any Error) async throws {
    progress.set(partition, isBehind: false)
    try report(error, partition)
    let isDiskFull = (error as? FileError)?.isDiskFull ?? false
    progress.failed(partition, "\(error)", isDiskFull: isDiskFull)
    // The part was cut back to whole frames: the same part goes on when there is room. Some batches may be in it.
    if isDiskFull, (error as? FileError)?.operation == .write, progress.isOpen(partition) { return }
    if error is RedisClientError || error is RedisServerError { return }
    // After a failed sync, or a lost race, nothing in memory counts any more: only the files do.
    progress.abandon(partition)
    await writer.abandon(partition)
    guard !(error is RangeTaken) else { return }
    let failures = (states[partition]?.failures ?? 0) + 1
    states[partition]?.failures = failures
    states[partition]?.retryAt = .now + min(.seconds(30), .milliseconds(500 << min(failures, 6)))
  }

  /// Logs a failure that time or another process heals; what tests injected is thrown on.
  private func report(_ error: any Error, _ partition: Partition? = nil) throws {
    let metadata: Logger.Metadata = ["partition": "\(partition?.description ?? "all")", "error": "\(error)"]
    switch error {
    case is RedisClientError, is RedisServerError:
      logger.debug("Redis can't be read now", metadata: metadata)
      progress.failed("\(error)")
    case let error as RangeTaken:
      logger.notice("starting over from the files", metadata: ["reason": "\(error)"])
    case let error as FileError where error.isDiskFull:
      logger.error("the disk is full: archiving waits", metadata: metadata)
    case is FileError, is SegmentDamage, is ZstdError, is EventStreamsError, is StoreError, is ArchiveMismatch:
      logger.error("archiving failed and is tried again", metadata: metadata)
      progress.failed("\(error)")
    default:
      throw error
    }
  }
}
