import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Logging
import Redis
import ServiceLifecycle
import Synchronization

/// Reads the streams behind what is in files, and counts it in memory. It needs no position of its own, nothing in Redis, and
/// no other reader waits for it: what it hasn't read when it's sealed is counted from the files.
final class StreamFollower: Service {
  private let partitions: [PartitionStatistics]
  private let reader: StreamReader
  private let archive: ArchiveLayout
  private let keys: KeySchema
  private let clock: RedisClock
  private let interval: Duration
  /// Whether a partition is to be followed though nobody asks for its bots.
  private let isHeld: @Sendable (Partition) async -> Bool
  /// Whether a partition's entries will be in sealed files within a moment: then they are counted from those alone.
  private let isBehind: @Sendable (Partition) -> Bool
  /// Rings when there is something to be counted from the archive.
  private let sealings: WakeableSleep
  private let status: FollowerStatus
  private let logger: Logger

  /// How many entries of each partition are read in the first round trip of a look: most have less.
  private static let firstPage = 32
  /// How soon it's looked again when files of what was sealed are missing: they are being made.
  private static let filesPause = Duration.milliseconds(50)
  /// A partition that nobody has asked for so long is followed no longer, unless it's held.
  static let idleTimeout = Duration.seconds(600)

  init(
    _ partitions: [PartitionStatistics],
    reader: StreamReader,
    archive: ArchiveLayout,
    keys: KeySchema,
    clock: RedisClock,
    interval: Duration,
    isHeld: @escaping @Sendable (Partition) async -> Bool,
    isBehind: @escaping @Sendable (Partition) -> Bool,
    sealings: WakeableSleep,
    status: FollowerStatus,
    logger: Logger
  ) {
    self.partitions = partitions
    self.reader = reader
    self.archive = archive
    self.keys = keys
    self.clock = clock
    self.interval = interval
    self.isHeld = isHeld
    self.isBehind = isBehind
    self.sealings = sealings
    self.status = status
    self.logger = logger
  }

  func run() async throws {
    try? await reader.client.waitUntilReady(timeout: .seconds(5))
    await cancelWhenGracefulShutdown { [self] in
      var failures = 0
      var connection = reader.client.connectionNumber
      while !Task.isCancelled {
        let started = ContinuousClock.now
        var next = started + interval
        do {
          if try await pass(&connection, started) { next = started + Self.filesPause }
          failures = 0
          status.set(problem: nil)
        } catch is CancellationError {
          return
        } catch {
          failures += 1
          status.set(problem: "\(error)")
          if failures == 1 || failures % 20 == 0 {
            logger.warning("statistics wait for Redis", metadata: ["error": "\(error)", "attempts": "\(failures)"])
          }
        }
        try? await Task.sleep(until: next)
      }
    }
  }

  /// Brings every partition that is followed to the end of its stream. One with much to read doesn't hold up the others.
  /// - Parameters:
  ///   - connection: the one over which everything was read that is counted. Over another one it is read again.
  ///   - started: some time after it all partitions are to be looked at again, even if one isn't at its end yet.
  /// - Returns: whether a partition could not be read because files of what was sealed are missing.
  private func pass(_ connection: inout Int, _ started: ContinuousClock.Instant) async throws -> Bool {
    try await readSettings()
    let current = reader.client.connectionNumber
    if current != connection { for partition in partitions { partition.restart() } }
    connection = current
    var active: [PartitionStatistics] = []
    for partition in partitions {
      partition.isFollowed = await isWanted(partition)
      if partition.isFollowed, partition.isLoaded { active.append(partition) }
    }
    var count = Self.firstPage
    var isWaiting = false
    while !active.isEmpty, ContinuousClock.now < started + (isWaiting ? Self.filesPause : interval) {
      try Task.checkCancellation()
      active = try await read(active, count, &isWaiting)
      count = StreamReader.pageSize
    }
    return isWaiting
  }

  private func isWanted(_ partition: PartitionStatistics) async -> Bool {
    if let requested = partition.lastRequested, requested.duration(to: .now) < Self.idleTimeout { return true }
    return await isHeld(partition.partition)
  }

  /// Returns those that there may be more of.
  private func read(
    _ active: [PartitionStatistics],
    _ count: Int,
    _ isWaiting: inout Bool
  ) async throws -> [PartitionStatistics] {
    var requests: [(partition: PartitionStatistics, after: StreamID)] = []
    for partition in active {
      guard try !isBehind(partition.partition) && hasAllFiles(partition) else {
        isWaiting = true
        continue
      }
      if let position = partition.readPosition { requests.append((partition, position)) }
    }
    let now = clock.nowMilliseconds
    let pages = try await reader.next(requests.map { ($0.partition.partition, $0.after) }, count: count)
    var more: [PartitionStatistics] = []
    for ((partition, after), page) in zip(requests, pages) {
      // What was sealed may have been trimmed meanwhile: then the page needn't be what comes next.
      guard try hasAllFiles(partition) else {
        isWaiting = true
        continue
      }
      let malformed = partition.add(page, after: after, asOf: page.isEnd ? now : nil)
      if malformed > 0 {
        logger.error(
          "the stream holds entries that are no events; they are not counted",
          metadata: ["partition": "\(partition.partition)", "entries": "\(malformed)"]
        )
      }
      if !page.isEnd { more.append(partition) }
    }
    return more
  }

  /// Whether all that was sealed is in the statistics' files.
  private func hasAllFiles(_ partition: PartitionStatistics) throws -> Bool {
    let files = partition.files
    return try files.holes.isEmpty && sealedThrough(partition) == files.through.number
  }

  /// The newest segment that there is, as seen from the files.
  private func sealedThrough(_ partition: PartitionStatistics) throws -> UInt64 {
    try PartitionLog(layout: archive, partition: partition.partition).newest(behind: partition.files.through.number)
  }

  /// Which bots were removed, and what updates count as.
  private func readSettings() async throws {
    // Before they are read: a removal that is read now belongs into the files of all of these.
    let sealed = try partitions.map { try sealedThrough($0) }
    let replies = try await reader.client.pipeline(
      partitions.flatMap { partition -> [RedisCommand] in
        [
          ["HGETALL", keys.removals(partition.partition)], ["HGETALL", keys.updatesNames(partition.partition)],
        ]
      },
      timeout: .seconds(5)
    )
    for (index, partition) in partitions.enumerated() where 2 * index + 1 < replies.count {
      for reply in replies[2 * index...2 * index + 1] { if let error = reply.error { throw error } }
      var removals: [Int64: StreamID] = [:]
      Self.forEachPair(replies[2 * index]) { bot, id in
        if let bot = Int64(bot), let id = StreamID(id) { removals[bot] = id }
      }
      var names: [Int64: [UInt8]] = [:]
      Self.forEachPair(replies[2 * index + 1]) { bot, name in
        if let bot = Int64(bot) { names[bot] = JSONText.escaped(name) }
      }
      if partition.set(removals: removals, sealedThrough: sealed[index], updatesNames: names) { sealings.wake() }
    }
  }

  private static func forEachPair(_ reply: RedisValue, _ body: (String, String) -> Void) {
    var fields = (reply.array ?? [])[...]
    while let name = fields.popFirst()?.string, let value = fields.popFirst()?.string { body(name, value) }
  }
}

/// What keeps the statistics from going on, for a person.
final class FollowerStatus: Sendable {
  private struct State {
    var reading: String?
    var maintenance: String?
  }

  private let state = Mutex(State())

  /// Of reading the streams.
  func set(problem: String?) { state.withLock { $0.reading = problem } }

  /// Of making files.
  func set(maintenanceProblem problem: String?) { state.withLock { $0.maintenance = problem } }

  /// Nil when nothing does.
  var problem: String? { state.withLock { $0.reading ?? $0.maintenance } }
}
