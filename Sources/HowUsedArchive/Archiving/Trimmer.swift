package import HowUsedModel
package import HowUsedStore
package import Logging
import ServiceLifecycle
import Redis
import Synchronization

/// Removes events from the streams when everyone who reads them has finished with them, and only then: never by length
/// and never by age.
package final class Trimmer: Service {
  /// How many entries are removed at once.
  private static let pieceEntries = 10_000

  private let streams: EventStreams
  private let consumers: [any StreamConsumer]
  private let claim: @Sendable (Partition) -> StreamClaim?
  private let interval: Duration
  private let hook: CommitHook
  private let logger: Logger
  private let trimmed = Mutex<[Partition: StreamID]>([:])

  /// - Parameters:
  ///   - consumers: the cheapest to ask first: once one of them has nothing new, the others are not asked.
  ///   - claim: the mark of the stream that they have read; nil when it must not be trimmed now.
  ///   - interval: how often they are asked.
  package init(
    streams: EventStreams,
    consumers: [any StreamConsumer],
    claim: @escaping @Sendable (Partition) -> StreamClaim?,
    interval: Duration = .seconds(1),
    hook: @escaping CommitHook = { _, _ in },
    logger: Logger
  ) {
    self.streams = streams
    self.consumers = consumers
    self.claim = claim
    self.interval = interval
    self.hook = hook
    self.logger = logger
  }

  /// Runs until graceful shutdown, and then once more: to be stopped after the archive, for what that has sealed last.
  package func run() async throws {
    try await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        try await pass()
        try? await Task.sleep(for: interval)
      }
    }
    try await pass()
  }

  /// Trims every partition as far as all consumers allow now.
  ///
  /// - Throws: only what tests injected.
  package func pass() async throws {
    for partition in streams.keys.partitions {
      do {
        guard let gate = try await gate(partition), let claim = claim(partition) else { continue }
        // In pieces, between which Redis answers others; the last one takes what the others, whole nodes, have left.
        let script = StreamScripts(streams.keys, partition)
        func trim(_ count: Int) async throws -> Int64 {
          try await streams.client.send(script.trim(before: gate.next, claim: claim, count: count)).int ?? 0
        }
        while try await trim(Self.pieceEntries) > 0 {}
        // A stream that isn't the one that was read any more is compared with the files first.
        guard try await trim(0) >= 0 else { continue }
        trimmed.withLock { $0[partition] = gate }
      } catch {
        // Trimming can wait: the next pass tries again.
        logger.debug("not trimmed", metadata: ["partition": "\(partition)", "error": "\(error)"])
        continue
      }
      try hook(.trimmed, partition)
    }
  }

  /// Through where the partition may be trimmed; nil when there is nothing new to trim.
  private func gate(_ partition: Partition) async throws -> StreamID? {
    let done = trimmed.withLock { $0[partition] ?? .zero }
    var gate: StreamID?
    for consumer in consumers {
      guard let finished = try await consumer.finishedThrough(partition), finished > done else { return nil }
      gate = min(gate ?? finished, finished)
    }
    return gate
  }
}
