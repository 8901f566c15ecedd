package import HowUsedModel
package import HowUsedStore
package import Logging
import NIOCore
package import Redis
import ServiceLifecycle
import Synchronization

/// Brings all events from the streams into archive files, exactly once.
///
/// A crash at any moment loses nothing and doubles nothing: the position is that of the newest sealed file, and Redis
/// keeps every event until it is in one.
package final class Archiver: Service, StreamConsumer {
  private let streams: EventStreams
  private let configuration: ArchiverConfiguration
  private let now: @Sendable () -> Int64
  private let logger: Logger
  private let progress = ArchiveProgress()
  private let sleeper = WakeableSleep()
  private let waiting = Mutex(Waiting())

  private struct Waiting {
    var isStopping = false
    var hasEnded = false
    /// What it had sealed when it let go of everything.
    var sealedAtEnd: [Partition: StreamID] = [:]
    var claimsAtEnd: [Partition: StreamClaim] = [:]
    var sealings: [CheckedContinuation<Void, Never>] = []
  }

  /// - Parameters:
  ///   - streams: over a client of its own, on an event loop that may be busy for milliseconds.
  ///   - now: Redis's unix time in milliseconds.
  package init(
    _ configuration: ArchiverConfiguration,
    streams: EventStreams,
    now: @escaping @Sendable () -> Int64,
    logger: Logger
  ) {
    self.configuration = configuration
    self.streams = streams
    self.now = now
    self.logger = logger
  }

  package var name: String { "archive" }

  package var health: ArchiverHealth { progress.health }

  /// Through where the partition's events are in sealed files; nil as well when another process archives it. After its end,
  /// what it was then: so that what the last look sealed can still be trimmed.
  package func finishedThrough(_ partition: Partition) async throws -> StreamID? {
    progress.sealed(partition)?.last ?? waiting.withLock { $0.sealedAtEnd[partition] }
  }

  /// The mark of the partition's stream, by which it's known to hold nothing that no file has up to ``finishedThrough(_:)``;
  /// nil while that isn't known.
  package func claim(_ partition: Partition) -> StreamClaim? {
    progress.claim(partition) ?? waiting.withLock { $0.claimsAtEnd[partition] }
  }

  /// Whether this process archives the partition and has more than a segment to catch up with: what is in the stream will
  /// be in sealed files within a moment.
  package func isBehind(_ partition: Partition) -> Bool { progress.isBehind(partition) }

  /// Through where each partition's events are in a file, sealed or not, in one round trip: by this process, or by another
  /// one as of a second or two ago. What was never archived is left out.
  ///
  /// - Parameter client: best not the archiver's own, where large pages are on their way.
  /// - Throws: `RedisClientError` and `RedisServerError`.
  package func cursors(_ client: RedisClient) async throws -> [Partition: StreamID] {
    try await progress.read(client, streams.keys)
  }

  /// Likewise through where they are in sealed files.
  package func sealedPositions(_ client: RedisClient) async throws -> [Partition: StreamID] {
    try await progress.readSealed(client, streams.keys)
  }

  /// Archives and seals everything that is in Redis when this is called, as far as Redis and the disk let it.
  package func sealNow() async {
    await withCheckedContinuation { continuation in
      let hasEnded = waiting.withLock { waiting in
        if !waiting.hasEnded { waiting.sealings.append(continuation) }
        return waiting.hasEnded
      }
      if hasEnded { continuation.resume() } else { sleeper.wake() }
    }
  }

  /// Runs until graceful shutdown; then reads what is left, seals and returns. The server stops taking events before.
  package func run() async throws {
    let thread = BackgroundThread()
    defer { end() }
    do {
      let engine = ArchiverEngine(
        streams: streams,
        writer: try ArchiveWriter(configuration: configuration, progress: progress, eventLoop: thread.eventLoop),
        configuration: configuration,
        progress: progress,
        now: now,
        logger: logger
      )
      try await withGracefulShutdownHandler {
        try await loop(engine)
      } onGracefulShutdown: {
        self.waiting.withLock { $0.isStopping = true }
        self.sleeper.wake()
      }
    } catch {
      try? await thread.group.shutdownGracefully()
      throw error
    }
    try await thread.group.shutdownGracefully()
  }

  private func loop(_ engine: ArchiverEngine) async throws {
    // A backlog doesn't wait until the second look because of a connection that isn't there at the first.
    try? await streams.client.waitUntilReady(timeout: configuration.poll)
    while true {
      let started = ContinuousClock.now
      let (isStopping, sealings) = waiting.withLock { waiting in
        defer { waiting.sealings = [] }
        return (waiting.isStopping || Task.isCancelled, waiting.sealings)
      }
      do {
        try await engine.pass(sealing: isStopping || !sealings.isEmpty)
      } catch {
        for sealing in sealings { sealing.resume() }
        throw error
      }
      for sealing in sealings { sealing.resume() }
      if isStopping { break }
      await sleeper.sleep(for: configuration.poll - started.duration(to: .now))
    }
    waiting.withLock { waiting in
      for partition in streams.keys.partitions {
        waiting.sealedAtEnd[partition] = progress.sealed(partition)?.last
        waiting.claimsAtEnd[partition] = progress.claim(partition)
      }
    }
    await engine.releaseAll()
  }

  private func end() {
    let sealings = waiting.withLock { waiting in
      waiting.hasEnded = true
      defer { waiting.sealings = [] }
      return waiting.sealings
    }
    for sealing in sealings { sealing.resume() }
  }
}

/// How the archive is written.
package struct ArchiverConfiguration: Sendable {
  package var layout: ArchiveLayout
  /// A segment is sealed at the latest this long after its first batch.
  package var interval: Duration = .seconds(3600)
  /// ... or when it would get more events than this.
  package var maximumEvents = 100_000
  /// ... or more bytes than this, before compression.
  package var maximumRawBytes = 64 << 20
  /// Segments whose events are all older than so many days are removed; nil keeps everything.
  package var keepDays: Int?
  /// The last segment up to which the statistics have counted all of a partition; nil when that can't be told now. What
  /// they haven't counted is not removed. Nil: nobody counts. May block.
  package var countedThrough: (@Sendable (Partition) -> UInt64?)?
  /// The machine's own unix time in milliseconds: Redis's must agree before anything is removed by age.
  package var machineNow: @Sendable () -> Int64 = { WallClock.nanoseconds / 1_000_000 }
  /// How often old segments are looked for, and how many milliseconds of events then go at most: an archive of years gets
  /// shorter by a day an hour, and a clock that is wrong is noticed before much is gone.
  static let removalInterval = Duration.seconds(3600)
  static let mostRemoved = UTCTime.millisecondsPerDay
  /// 1 (fast) ... 19 (small).
  package var compressionLevel = 1
  /// The most events that become one frame.
  package var pageEvents = 5000
  /// How often the streams are read.
  package var poll: Duration = .seconds(1)
  /// How long a partition stays this process's after it was last renewed.
  package var leaseTime: Duration = .seconds(30)
  /// This process, in the leases. Different in every process.
  package var owner = RandomName.make()
  /// How much of Redis's memory is taken; nil while it isn't known.
  package var memory: @Sendable () -> RedisMemory? = { nil }
  /// Production does nothing here.
  package var hook: CommitHook = { _, _ in }

  package init(layout: ArchiveLayout) { self.layout = layout }
}

/// How much of Redis's memory is taken, for who can free some.
package struct RedisMemory: Sendable, Equatable {
  /// Bytes.
  package var used: Int64
  /// Bytes; 0 when there is none.
  package var limit: Int64
  /// Events are refused at present, for lack of it.
  package var isRefusing: Bool

  package init(used: Int64, limit: Int64, isRefusing: Bool) {
    self.used = used
    self.limit = limit
    self.isRefusing = isRefusing
  }

  /// Whether open parts should be sealed before their time, so that the streams can be trimmed: best before events are
  /// refused, and not again and again for a few when it's something else that takes the memory.
  ///
  /// - Parameter openBytes: what the parts hold before compression. The streams take about half as much for it.
  package func isShort(openBytes: Int) -> Bool {
    guard limit > 0 else { return false }
    return isRefusing || (used >= limit / 10 * 7 && Int64(openBytes) >= limit / 16)
  }
}
