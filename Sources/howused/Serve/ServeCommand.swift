import ArgumentParser
import Glibc
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
  @OptionGroup(title: "Statistics") var statistics: StatisticsOptions

  func run() async throws {
    let logger = store.logger(level: .notice)
    var configuration = try store.configuration()
    privateRedis.apply(to: &configuration)
    try listening.requireOpenFiles()

    // What consumers read from Redis in bulk must not hold up requests: they have a thread of their own.
    let background = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let store = try await Store.open(configuration, waiting: .atMost(.seconds(1)), group: background, logger: logger)
    do {
      let server = try await Server(
        store: store,
        listening: listening,
        archive: archive,
        statistics: statistics,
        logger: logger
      )
      var lifecycle = ServiceGroupConfiguration(
        services: server.services(listening: listening),
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger
      )
      // Together with what follows within the 10 seconds that a service manager is told to wait.
      lifecycle.maximumGracefulShutdownDuration = .seconds(7)
      let deadline = StopDeadline(.milliseconds(9500), after: [SIGTERM, SIGINT], logger: logger)
      try await ServiceGroup(configuration: lifecycle).run()
      await store.close(within: .seconds(2))
      deadline.cancel()
    } catch {
      await store.close(within: .seconds(2))
      throw listening.explained(error)
    }
    logger.notice("stopped")
  }
}
