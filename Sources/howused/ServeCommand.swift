import ArgumentParser
import HowUsedServer
import HowUsedStore
import Logging
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
    let logger = StandardErrorLog.start(level: store.logLevel, label: "howused")
    var configuration = try store.configuration()
    privateRedis.apply(to: &configuration)

    let group = MultiThreadedEventLoopGroup(numberOfThreads: listening.threadCount)
    let store = try await Store.open(configuration, waiting: .atMost(.seconds(1)), group: group, logger: logger)
    let clock = RedisClock()
    let registry = BotRegistry(client: store.client, keys: store.keys, logger: logger)

    // Stopped in the opposite order: the last one first, the private Redis last.
    var services: [any Service] = []
    if let embedded = store.embedded { services.append(EmbeddedRedisService(embedded)) }
    services.append(RedisClockService(clock: clock, client: store.client, logger: logger))
    services.append(registry)

    var lifecycle = ServiceGroupConfiguration(
      services: services,
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger
    )
    lifecycle.maximumGracefulShutdownDuration = .seconds(9)
    do {
      try await ServiceGroup(configuration: lifecycle).run()
      await store.close()
    } catch {
      await store.close()
      throw error
    }
  }
}
