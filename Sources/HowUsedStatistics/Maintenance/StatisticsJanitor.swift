package import HowUsedModel
package import HowUsedStore
package import Logging
package import Redis
import ServiceLifecycle

/// Removes statistics of bots that aren't registered any more: those that were still counted while the bot was removed.
///
/// Who was removed is gone at once with `howused bot remove`; what events that were on their way leave behind, this finds.
package final class StatisticsJanitor: Service, Sendable {
  private let client: RedisClient
  private let schema: KeySchema
  private let registry: BotRegistry
  private let interval: Duration
  private let logger: Logger

  package init(
    client: RedisClient,
    schema: KeySchema,
    registry: BotRegistry,
    interval: Duration = .seconds(30),
    logger: Logger
  ) {
    self.client = client
    self.schema = schema
    self.registry = registry
    self.interval = interval
    self.logger = logger
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      var suspects: Set<BotID> = []
      while !Task.isCancelled {
        try? await Task.sleep(for: interval)
        do {
          suspects = try await round(suspects)
        } catch {
          logger.debug("statistics can't be tidied now", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  /// One look: removes those that were not registered at the last look either, since a bot may be newer than what the
  /// registry has read. Returns the ones to look at again.
  package func round(_ suspects: Set<BotID>) async throws -> Set<BotID> {
    var next: Set<BotID> = []
    for partition in schema.partitions {
      let keys = StatisticsKeys(schema, partition)
      let counted = try await client.send("HKEYS", keys.generations).array ?? []
      let snapshot = registry.snapshot
      guard snapshot.isLoaded else { return [] }
      for bot in counted.compactMap({ $0.int.flatMap { BotID(rawValue: $0) } }) where snapshot[bot] == nil {
        guard suspects.contains(bot) else {
          next.insert(bot)
          continue
        }
        try await GenerationCleaner(client: client, keys: keys).removeAll(of: bot)
        logger.notice("removed the statistics of a bot that isn't registered", metadata: ["bot": "\(bot)"])
      }
    }
    return next
  }
}
