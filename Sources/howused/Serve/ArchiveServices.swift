import ArgumentParser
import HowUsedArchive
import HowUsedModel
import HowUsedServer
import HowUsedStatistics
import HowUsedStore
import Logging
import Redis
import ServiceLifecycle

/// What brings events into archive files, with a connection of its own, and removes from Redis what is in them.
struct ArchiveServices {
  private let archiver: Archiver
  private let trimmer: Trimmer
  private let backlog: BacklogMonitor
  private let unsealed: BacklogMonitor
  private let sealing: SealingWatch
  private let streams: SharedStreams
  private let client: RedisClient

  init(
    store: Store,
    streams: SharedStreams,
    streamGuard: StreamGuard,
    options: ArchiveOptions,
    clock: RedisClock,
    memory: @escaping @Sendable () -> RedisMemory?,
    logger: Logger
  ) {
    self.streams = streams
    client = store.client
    let events = EventStreams(client: streams.reader.client, keys: store.keys, reader: streams.reader)
    var configuration = ArchiverConfiguration(layout: .inDataFolder(store.configuration.dataFolder))
    configuration.interval = .seconds(options.archiveInterval)
    configuration.keepDays = options.keepDays
    configuration.countedThrough = { [layout = configuration.layout] in
      try? RollupRebuild.countedThrough(layout, $0)
    }
    configuration.memory = memory
    archiver = Archiver(configuration, streams: events, now: { clock.nowMilliseconds }, logger: logger)
    backlog = BacklogMonitor(reader: BacklogReader(client: store.client, keys: store.keys)) { [archiver] in
      let cursors = try await archiver.cursors(store.client)
      streamGuard.raise(cursors)
      return cursors
    }
    unsealed = BacklogMonitor(reader: BacklogReader(client: store.client, keys: store.keys)) { [archiver] in
      try await archiver.sealedPositions(store.client)
    }
    sealing = SealingWatch(unsealed: unsealed, interval: options.archiveInterval, logger: logger)
    trimmer = Trimmer(
      streams: events,
      consumers: [archiver],
      claim: { [archiver] in archiver.claim($0) },
      logger: logger
    )
  }

  /// To be stopped after HTTP: the archiver's end is a last look at the streams, and the trimmer's comes behind it.
  var services: [any Service] {
    [
      ClosingService(client: streams.reader.client), streams.onThread(trimmer), streams.onThread(archiver), backlog,
      unsealed, sealing,
    ]
  }

  /// Whether this process archives a partition.
  var isHeld: @Sendable (Partition) async -> Bool {
    { [archiver] in (try? await archiver.finishedThrough($0)) != nil }
  }

  /// Whether this process archives a partition and is more than a segment behind.
  var isBehind: @Sendable (Partition) -> Bool { { [archiver] in archiver.isBehind($0) } }

  /// Of each partition the last event that is in a file, sealed or not, whichever process writes it.
  var cursors: @Sendable () async throws -> [Partition: StreamID] {
    { [archiver, client] in try await archiver.cursors(client) }
  }

  /// For `/health`.
  var health: ConsumerHealth {
    let health = archiver.health
    let waiting = health.isWaitingForDisk ? "the disk is full: archiving waits" : nil
    var consumer = ConsumerHealth(backlog: backlog.latest, problem: waiting ?? health.lastError ?? sealing.problem)
    consumer.state = health.leases?.description
    consumer.partitions = health.leases?.held
    return consumer
  }
}

/// How the server archives.
struct ArchiveOptions: ParsableArguments {
  @Option(
    help: .setting(
      "archive-interval",
      "After how many seconds an archive file is sealed, if it isn't full before.",
      valueName: "seconds"
    )
  )
  var archiveInterval: Int = Settings.value("archive-interval") ?? 3600

  @Option(
    help: .setting(
      "archive-keep-days",
      "Remove archived days that are older than this. (default: keep everything)",
      valueName: "days"
    )
  )
  var archiveKeepDays: Int?

  /// Nil keeps everything.
  var keepDays: Int? { archiveKeepDays ?? Settings.value("archive-keep-days") }

  func validate() throws {
    guard (1...86_400).contains(archiveInterval) else {
      throw ValidationError("--archive-interval: \(archiveInterval) is not within 1 to 86400")
    }
    if let keepDays, !Retention.keepDaysLimits.contains(keepDays) {
      let most = Retention.keepDaysLimits.upperBound
      throw ValidationError("--archive-keep-days: \(keepDays) is not within 1 to \(most)")
    }
  }
}
