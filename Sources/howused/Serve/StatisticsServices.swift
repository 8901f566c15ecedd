import HowUsedArchive
import HowUsedModel
import HowUsedServer
import HowUsedStatistics
import HowUsedStore
import Logging
import Redis
import ServiceLifecycle

/// What counts events and answers questions about them, with a connection of its own for those.
struct StatisticsServices {
  let hub: LiveHub
  let routes: StatisticsRoutes
  private let statistics: Statistics
  private let backlog: BacklogMonitor
  private let streams: SharedStreams
  private let reading: RedisClient
  private let oldCounters: OldCounters
  private let isCounting: Bool

  init(
    store: Store,
    streams: SharedStreams,
    archive: ArchiveServices,
    options: StatisticsOptions,
    clock: RedisClock,
    registry: BotRegistry,
    logger: Logger
  ) {
    isCounting = !options.noStatistics
    self.streams = streams
    reading = RedisClient(endpoint: store.endpoint, logger: logger)
    statistics = Statistics(
      archive: .inDataFolder(store.configuration.dataFolder),
      retention: options.retention,
      reader: streams.reader,
      client: reading,
      keys: store.keys,
      clock: clock,
      isHeld: archive.isHeld,
      isBehind: archive.isBehind,
      logger: logger
    )
    backlog = BacklogMonitor(reader: BacklogReader(client: store.client, keys: store.keys)) { [statistics] in
      // What this process doesn't follow, the server counts that archives it.
      try await archive.cursors().merging(statistics.positions) { $1 }
    }
    oldCounters = OldCounters(client: reading, keys: store.keys, logger: logger)
    hub = LiveHub(client: reading, keys: store.keys, clock: clock, recentUses: statistics, logger: logger)
    routes = StatisticsRoutes(
      answers: statistics,
      retention: options.retention,
      client: reading,
      keys: store.keys,
      clock: clock,
      registry: registry,
      hub: hub
    )
  }

  /// To be stopped after HTTP.
  var services: [any Service] {
    let counting: [any Service] = isCounting ? [streams.onThread(statistics.following), statistics.maintenance] : []
    return [ClosingService(client: reading)] + counting + [backlog, oldCounters]
  }

  /// For `/health`.
  var health: ConsumerHealth { ConsumerHealth(backlog: backlog.latest, problem: statistics.problem) }
}
