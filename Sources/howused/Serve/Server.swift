import HowUsedServer
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
  private let gate: IngestGate
  private let streamGuard: StreamGuard
  private let monitor: RedisMonitor
  private let workers: WorkerPool
  private let statistics: StatisticsServices
  private let archive: ArchiveServices
  private let operatorToken: TokenHash?
  private let logger: Logger

  init(
    store: Store,
    streamGuard: StreamGuard,
    listening: ListeningOptions,
    archive: ArchiveOptions,
    statistics: StatisticsOptions,
    logger: Logger
  ) async throws {
    self.store = store
    self.streamGuard = streamGuard
    self.logger = logger
    operatorToken = try listening.operatorToken()
    group = MultiThreadedEventLoopGroup(numberOfThreads: listening.threadCount)
    let guesses = TokenGuesses(logger: logger)
    gate = IngestGate(rateLimit: listening.rateLimit, userLimit: listening.userLimit)
    registry = BotRegistry(client: store.client, keys: store.keys, logger: logger)
    monitor = RedisMonitor(client: store.client, keys: store.keys, gate: gate, logger: logger)
    workers = try await WorkerPool(
      group: group,
      endpoint: store.endpoint,
      keys: store.keys,
      clock: clock,
      gate: gate,
      streamGuard: streamGuard,
      guesses: guesses,
      idSeconds: listening.idSeconds,
      logger: logger
    )
    let streams = SharedStreams(store: store, logger: logger)
    self.archive = ArchiveServices(
      store: store,
      streams: streams,
      streamGuard: streamGuard,
      options: archive,
      clock: clock,
      memory: { [monitor] in monitor.memory },
      logger: logger
    )
    self.statistics = StatisticsServices(
      store: store,
      streams: streams,
      archive: self.archive,
      options: statistics,
      clock: clock,
      registry: registry,
      guesses: guesses,
      logger: logger
    )
    registry.observe(workers.update)
  }

  /// Each needs only those before it, since they stop in the opposite order: the live count, which would keep HTTP's
  /// connections open, then HTTP, and the private Redis last.
  func services(listening: ListeningOptions) -> [any Service] {
    var services: [any Service] = []
    if let embedded = store.embedded { services.append(EmbeddedRedisService(embedded)) }
    services += [
      RedisClockService(clock: clock, client: store.client, logger: logger), registry, monitor, workers,
    ]
    services += archive.services + statistics.services
    services += [http(listening), statistics.hub]
    return services
  }

  private func http(_ listening: ListeningOptions) -> HTTPService {
    let health = HealthRoute(
      redis: monitor,
      registry: registry,
      gate: gate,
      ids: { [streamGuard, clock] in (streamGuard.problem, streamGuard.lead(now: clock.nowMilliseconds)) },
      archive: { [archive] in archive.health },
      statistics: { [statistics] in statistics.health },
      operatorToken: operatorToken
    )
    return HTTPService(
      host: listening.host,
      port: listening.port,
      group: group,
      workers: workers,
      connections: ConnectionLimit(listening.addressLimit, logger: logger),
      logger: logger,
      onRunning: { [logger] channel in
        logger.notice("listening", metadata: ["port": "\(channel.localAddress?.port ?? listening.port)"])
      },
      routes: { [statistics] router in
        health.add(to: router)
        DashboardRoutes.add(to: router)
        statistics.routes.add(to: router)
      }
    )
  }
}
