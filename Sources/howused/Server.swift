import HowUsedServer
import HowUsedStatistics
import HowUsedStore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Everything that runs in `howused serve`, and what needs what.
struct Server {
  private let store: Store
  private let group: MultiThreadedEventLoopGroup
  private let clock = RedisClock()
  private let registry: BotRegistry
  private let gate = IngestGate()
  private let monitor: RedisMonitor
  private let workers: WorkerPool
  private let aggregator: Aggregator
  private let hub: LiveHub
  private let logger: Logger

  init(store: Store, threads: Int, logger: Logger) async throws {
    self.store = store
    self.logger = logger
    group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    registry = BotRegistry(client: store.client, keys: store.keys, logger: logger)
    monitor = RedisMonitor(client: store.client, keys: store.keys, gate: gate, logger: logger)
    workers = try await WorkerPool(
      group: group,
      endpoint: store.endpoint,
      keys: store.keys,
      clock: clock,
      gate: gate,
      logger: logger
    )
    registry.observe(workers.update)
    aggregator = Aggregator(client: store.client, schema: store.keys, clock: clock, logger: logger)
    hub = LiveHub(client: store.client, schema: store.keys, clock: clock, logger: logger)
  }

  /// Each needs only those before it, since they stop in the opposite order: HTTP first, the private Redis last.
  func services(listening: ListeningOptions, archive: ArchiveOptions) -> [any Service] {
    var services: [any Service] = []
    if let embedded = store.embedded { services.append(EmbeddedRedisService(embedded)) }
    services += [
      RedisClockService(clock: clock, client: store.client, logger: logger), registry, monitor, workers,
      aggregator, hub, http(listening),
    ]
    return services
  }

  private func http(_ listening: ListeningOptions) -> HTTPService {
    let health = HealthMonitor(
      redis: monitor,
      registry: registry,
      gate: gate,
      archive: { nil },
      statistics: { [aggregator] in
        let status = aggregator.status
        return ConsumerHealth(
          lagSeconds: Double(status.behindMilliseconds) / 1000,
          lagEvents: nil,
          problem: status.problem
        )
      }
    )
    let statistics = StatisticsRoutes(
      client: store.client,
      schema: store.keys,
      clock: clock,
      registry: registry,
      hub: hub
    )
    return HTTPService(
      host: listening.host,
      port: listening.port,
      group: group,
      workers: workers,
      logger: logger,
      onRunning: { [logger] channel in
        logger.notice("listening", metadata: ["port": "\(channel.localAddress?.port ?? listening.port)"])
      },
      routes: { router in
        HealthRoute(health).add(to: router)
        DashboardRoutes.add(to: router)
        statistics.add(to: router)
      }
    )
  }
}
