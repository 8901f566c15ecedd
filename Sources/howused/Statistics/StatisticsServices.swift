import HowUsedArchive
import HowUsedModel
import HowUsedServer
import HowUsedStatistics
import HowUsedStore
import Logging
import Redis
import ServiceLifecycle

/// What counts events and reads the counters, with connections of its own, so that neither waits for the other.
struct StatisticsServices {
  let aggregator: Aggregator
  let hub: LiveHub
  let routes: StatisticsRoutes
  private let backlog: BacklogMonitor
  private let janitor: StatisticsJanitor
  private let counting: RedisClient
  private let thread: BackgroundThread
  private let reading: RedisClient

  init(store: Store, streams: SharedStreams, clock: RedisClock, registry: BotRegistry, logger: Logger) {
    thread = streams.thread
    counting = RedisClient(endpoint: store.endpoint, group: thread.group, logger: logger)
    reading = RedisClient(endpoint: store.endpoint, logger: logger)
    aggregator = Aggregator(
      client: counting,
      reader: streams.reader,
      schema: store.keys,
      clock: clock,
      logger: logger
    )
    let counted = StoredPositions(client: store.client, partitions: store.keys.partitions) {
      [store.keys.statisticsPosition($0)]
    }
    backlog = BacklogMonitor(reader: BacklogReader(client: store.client, keys: store.keys)) { try await counted.read() }
    hub = LiveHub(client: reading, schema: store.keys, clock: clock, logger: logger)
    janitor = StatisticsJanitor(client: reading, schema: store.keys, registry: registry, logger: logger)
    routes = StatisticsRoutes(client: reading, schema: store.keys, clock: clock, registry: registry, hub: hub)
  }

  /// To be stopped after HTTP.
  var services: [any Service] {
    [
      ClosingService(client: counting), ClosingService(client: reading),
      PinnedService(service: aggregator, thread: thread), janitor, backlog,
    ]
  }

  /// For `/health`.
  var health: ConsumerHealth {
    let status = aggregator.status
    var consumer = ConsumerHealth(backlog: backlog.latest, problem: status.problem)
    consumer.overflowingBots = status.overflowing.keys.map(\.rawValue).sorted()
    return consumer
  }
}
