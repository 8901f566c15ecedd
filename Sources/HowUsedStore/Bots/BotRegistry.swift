package import HowUsedModel
package import Logging
package import Redis
import ServiceLifecycle
import Synchronization

/// All bots in memory, as Redis has them at most a second ago.
///
/// As a service it looks each second at the partitions' version keys (one round trip) and reads the partitions that
/// changed. While Redis is away the last snapshot stands.
package final class BotRegistry: Service, Sendable {
  package typealias Observer = @Sendable (BotDirectory) -> Void

  private struct State {
    var snapshot = BotDirectory.notLoaded
    var observers: [Observer] = []
    /// Of each partition: the version that was read last, and the bots under it.
    var versions: [Partition: String] = [:]
    var bots: [Partition: [BotID: BotRecord]] = [:]
    var partitionsAreAgreed = false
  }

  private let client: RedisClient
  private let keys: KeySchema
  private let logger: Logger
  private let state = Mutex(State())

  /// How often Redis is looked at.
  static let interval: Duration = .seconds(1)
  /// How often everything is read whatever the versions say: a Redis that lost its tail and was written to again could
  /// in theory show an old version over new content.
  static let fullReadEvery = 60

  package init(client: RedisClient, keys: KeySchema, logger: Logger) {
    self.client = client
    self.keys = keys
    self.logger = logger
  }

  package var snapshot: BotDirectory { state.withLock { $0.snapshot } }

  /// Calls the observer with the present snapshot, and with each later one, in order, on no thread in particular; it
  /// must not block and not call the registry. There is no end to it: observers live as long as the registry.
  package func observe(_ observer: @escaping Observer) {
    state.withLock { state in
      state.observers.append(observer)
      observer(state.snapshot)
    }
  }

  package func run() async throws {
    try await cancelWhenGracefulShutdown { [self] in
      var round = 0
      while !Task.isCancelled {
        do {
          try await refresh(everything: round % Self.fullReadEvery == 0)
          round += 1
        } catch let error as StoreError where error.isFinal {
          throw error
        } catch {
          logger.debug("the bots can't be read now", metadata: ["error": "\(error)"])
        }
        // Until the first snapshot nothing can be answered, so it is tried more often.
        try? await Task.sleep(for: round == 0 ? .milliseconds(50) : Self.interval)
      }
    }
  }

  /// Reads what changed since the last time. The first time it also makes sure of the number of partitions.
  /// - Throws: ``StoreError``, and what the client throws.
  package func refresh(everything: Bool = false) async throws {
    if !state.withLock({ $0.partitionsAreAgreed }) {
      try await PartitionCount.agree(keys.partitionCount, in: client, keys)
      state.withLock { $0.partitionsAreAgreed = true }
    }
    let versions = try await readVersions()
    let stale = state.withLock { state in
      keys.partitions.filter { everything || !state.snapshot.isLoaded || state.versions[$0] != versions[$0] }
    }
    guard !stale.isEmpty else { return }
    // The version is read before the content, so the content is at least as new as the version says.
    let bots = try await readBots(of: stale)
    state.withLock { state in
      for partition in stale {
        state.versions[partition] = versions[partition]
        state.bots[partition] = bots[partition]
      }
      let all = state.bots.values.reduce(into: [:]) { $0.merge($1) { _, new in new } }
      guard !state.snapshot.isLoaded || all != state.snapshot.bots else { return }
      let snapshot = BotDirectory(bots: all)
      state.snapshot = snapshot
      for observer in state.observers { observer(snapshot) }
    }
  }

  private func readVersions() async throws -> [Partition: String] {
    let replies = try await client.pipeline(keys.partitions.map { ["GET", keys.botsVersion($0)] })
    var versions: [Partition: String] = [:]
    for (partition, reply) in zip(keys.partitions, replies) {
      if let error = reply.error { throw error }
      versions[partition] = reply.string
    }
    return versions
  }

  private func readBots(of partitions: [Partition]) async throws -> [Partition: [BotID: BotRecord]] {
    let replies = try await client.pipeline(partitions.map { ["HGETALL", keys.bots($0)] })
    var bots: [Partition: [BotID: BotRecord]] = [:]
    for (partition, reply) in zip(partitions, replies) {
      if let error = reply.error { throw error }
      guard let fields = reply.array else { throw StoreError.unexpectedReply(command: "HGETALL") }
      bots[partition] = BotRecord.records(in: fields) { field in
        logger.error("a bot's record can't be read; it is left out", metadata: ["bot": "\(field)"])
      }
    }
    return bots
  }
}

/// All bots as of one moment: an immutable value that each event loop holds for itself.
package struct BotDirectory: Sendable {
  package let bots: [BotID: BotRecord]
  /// False until the registry has been read once. Until then nobody can be told that a token is wrong: answer 503.
  package let isLoaded: Bool

  package static let notLoaded = BotDirectory(bots: [:], isLoaded: false)

  package init(bots: [BotID: BotRecord], isLoaded: Bool = true) {
    self.bots = bots
    self.isLoaded = isLoaded
  }

  package subscript(id: BotID) -> BotRecord? { bots[id] }
}
