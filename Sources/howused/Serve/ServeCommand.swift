import ArgumentParser
import Glibc
import HowUsedArchive
import HowUsedModel
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
  @OptionGroup(title: "Statistics") var statistics: StatisticsOptions

  func run() async throws {
    let logger = store.logger(level: .notice)
    var configuration = try store.configuration()
    privateRedis.apply(to: &configuration)
    configuration.archive = try store.archiveIdentity()
    try listening.requireOpenFiles()
    // A core file would hold tokens, and what users did.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)

    // What consumers read from Redis in bulk must not hold up requests: they have a thread of their own.
    let background = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let store = try await Store.open(configuration, waiting: .atMost(.seconds(1)), group: background, logger: logger)
    do {
      let streamGuard = try await bindArchive(store, logger)
      let server = try await Server(
        store: store,
        streamGuard: streamGuard,
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

  /// What must hold before events are taken. Ends the start when the folder isn't the archive of this Redis; what can't be
  /// known now is found out by who archives.
  private func bindArchive(_ store: Store, _ logger: Logger) async throws -> StreamGuard {
    let layout = ArchiveLayout.inDataFolder(store.configuration.dataFolder)
    let binding = ArchiveBinding(layout, client: store.client, keys: store.keys)
    var identity = store.configuration.archive
    var ends: [Partition: StreamID] = [:]
    do {
      ends = try binding.ends()
      identity = try await binding.agree(ends, now: WallClock.nanoseconds / 1_000_000)
    } catch let mismatch as ArchiveMismatch {
      throw mismatch
    } catch {
      logger.debug("whether the archive is this Redis's isn't known yet", metadata: ["error": "\(error)"])
    }
    return StreamGuard(keys: store.keys, archive: identity, floors: ends)
  }
}
