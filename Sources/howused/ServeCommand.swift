import ArgumentParser
import HowUsedServer
import HowUsedStore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Answer bots' requests, archive every event, and show the charts.",
    discussion: """
      Runs until SIGTERM or Ctrl-C: then it stops accepting, answers what is in flight, seals the archive, and stops \
      its private Redis last. Health: GET /health.
      """
  )

  @OptionGroup(title: "Listening") var listening: ListeningOptions
  @OptionGroup(title: "Redis and data") var store: StoreOptions
  @OptionGroup(title: "Private Redis") var privateRedis: PrivateRedisOptions
  @OptionGroup(title: "Archive") var archive: ArchiveOptions

  func run() async throws {
    let logger = store.logger(level: .notice)
    var configuration = try store.configuration()
    privateRedis.apply(to: &configuration)

    let group = MultiThreadedEventLoopGroup(numberOfThreads: listening.threadCount)
    let store = try await Store.open(configuration, waiting: .atMost(.seconds(1)), logger: logger)
    do {
      var lifecycle = ServiceGroupConfiguration(
        services: try await services(store, group: group, logger: logger),
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger
      )
      lifecycle.maximumGracefulShutdownDuration = .seconds(8)
      try await ServiceGroup(configuration: lifecycle).run()
      await store.close()
    } catch {
      await store.close()
      throw listening.explained(error)
    }
    logger.notice("stopped")
  }

  /// Everything that runs. It is stopped in the opposite order, the last one first.
  private func services(_ store: Store, group: any EventLoopGroup, logger: Logger) async throws -> [any Service] {
    let clock = RedisClock()
    let gate = IngestGate()
    let registry = BotRegistry(client: store.client, keys: store.keys, logger: logger)
    let monitor = RedisMonitor(client: store.client, keys: store.keys, gate: gate, logger: logger)
    let health = HealthMonitor(redis: monitor, registry: registry, gate: gate, archive: { nil }, statistics: { nil })
    let workers = try await WorkerPool(
      group: group,
      endpoint: store.endpoint,
      keys: store.keys,
      clock: clock,
      gate: gate,
      logger: logger
    )
    registry.observe(workers.update)
    let http = HTTPService(
      host: listening.host,
      port: listening.port,
      group: group,
      workers: workers,
      logger: logger,
      onRunning: { channel in
        logger.notice("listening", metadata: ["port": "\(channel.localAddress?.port ?? listening.port)"])
      },
      routes: { router in
        HealthRoute(health).add(to: router)
        DashboardRoutes.add(to: router)
      }
    )

    var services: [any Service] = []
    if let embedded = store.embedded { services.append(EmbeddedRedisService(embedded)) }
    services.append(RedisClockService(clock: clock, client: store.client, logger: logger))
    services.append(registry)
    services.append(monitor)
    services.append(workers)
    services.append(http)
    return services
  }
}
