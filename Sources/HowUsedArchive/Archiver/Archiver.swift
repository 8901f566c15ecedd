package import HowUsedModel
import HowUsedStore
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
  private let status = ArchiverStatus()
  private let alarm = Alarm()
  private let waiting = Mutex(Waiting())

  private struct Waiting {
    var isStopping = false
    var hasEnded = false
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

  package var health: ArchiverHealth { status.health }

  /// Through where the partition's events are in sealed files; nil as well when another process archives it.
  package func finishedThrough(_ partition: Partition) async throws -> StreamID? { status.sealed(partition) }

  /// Through where each partition's events are in a file, sealed or not, in one round trip: by this process, or by another
  /// one as of a second or two ago. What was never archived is left out.
  ///
  /// - Parameter client: best not the archiver's own, where large pages are on their way.
  /// - Throws: `RedisClientError` and `RedisServerError`.
  package func cursors(_ client: RedisClient) async throws -> [Partition: StreamID] {
    try await ArchiveCursors(client: client, keys: streams.keys, status: status).read()
  }

  /// Archives and seals everything that is in Redis when this is called, as far as Redis and the disk let it.
  package func sealNow() async {
    await withCheckedContinuation { continuation in
      let hasEnded = waiting.withLock { waiting in
        if !waiting.hasEnded { waiting.sealings.append(continuation) }
        return waiting.hasEnded
      }
      if hasEnded { continuation.resume() } else { alarm.ring() }
    }
  }

  /// Runs until graceful shutdown; then reads what is left, seals and returns. The server stops taking events before.
  package func run() async throws {
    let thread = BackgroundThread()
    defer { end() }
    do {
      let engine = ArchiverEngine(
        streams: streams,
        disk: try ArchiveDisk(configuration: configuration, eventLoop: thread.eventLoop),
        configuration: configuration,
        status: status,
        now: now,
        logger: logger
      )
      try await withGracefulShutdownHandler {
        try await loop(engine)
      } onGracefulShutdown: {
        self.waiting.withLock { $0.isStopping = true }
        self.alarm.ring()
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
      await alarm.sleep(for: configuration.poll - started.duration(to: .now))
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
