package import HowUsedArchive
package import HowUsedModel
package import HowUsedStore
package import Logging
package import Redis
package import ServiceLifecycle

/// All statistics of one server: what is sealed is in files, what isn't yet is counted in memory from the streams.
package final class Statistics: Sendable {
  private let partitions: [Partition: PartitionStatistics]
  private let layout: RollupLayout
  private let keys: KeySchema
  private let clock: RedisClock
  private let online: OnlineReader
  private let follower: StreamFollower
  private let rollups: RollupService
  private let status = FollowerStatus()
  private let scans = ScanCache()
  private let answers = AnswerCache()
  private let threads = QuestionThreads()
  private let logger: Logger

  /// How long a question may take.
  private static let longestAnswer = Duration.seconds(20)
  /// How long a question waits for a partition that nobody asked for before.
  private static let longestWait = Duration.seconds(3)

  /// - Parameters:
  ///   - archive: whose sealed segments are counted, and where the statistics' files lie.
  ///   - reader: of the streams; shared with the archive.
  ///   - client: for what is asked of Redis while somebody waits.
  ///   - interval: how often the streams are read, and what was sealed is looked for.
  ///   - isHeld: whether this process archives a partition: then it counts it, too.
  ///   - isBehind: whether it archives a partition and has more than a segment of it to catch up with.
  package init(
    archive: ArchiveLayout,
    retention: StatisticsRetention = StatisticsRetention(),
    reader: StreamReader,
    client: RedisClient,
    keys: KeySchema,
    clock: RedisClock,
    interval: Duration = .seconds(1),
    isHeld: @escaping @Sendable (Partition) async -> Bool,
    isBehind: @escaping @Sendable (Partition) -> Bool,
    logger: Logger
  ) {
    let all = keys.partitions.map { PartitionStatistics($0) }
    partitions = Dictionary(uniqueKeysWithValues: all.map { ($0.partition, $0) })
    layout = RollupLayout(archive)
    self.keys = keys
    self.clock = clock
    self.logger = logger
    let sealings = WakeableSleep()
    online = OnlineReader(client: client, keys: keys)
    follower = StreamFollower(
      all,
      reader: reader,
      archive: archive,
      keys: keys,
      clock: clock,
      interval: interval,
      isHeld: isHeld,
      isBehind: isBehind,
      sealings: sealings,
      status: status,
      logger: logger
    )
    rollups = RollupService(
      all,
      layout: layout,
      retention: retention,
      clock: clock,
      interval: interval,
      isHeld: isHeld,
      sealings: sealings,
      status: status,
      logger: logger
    )
  }

  /// What reads the streams; best on a thread that serves no requests.
  package var following: any Service { follower }
  /// What makes files; it has a thread of its own.
  package var maintenance: any Service { rollups }

  /// What keeps the statistics from going on, for a person; nil when nothing does.
  package var problem: String? { status.problem }

  /// The last event of each partition that is counted, zero where it isn't known yet; partitions that this process doesn't
  /// follow are left out.
  package var positions: [Partition: StreamID] {
    partitions.compactMapValues { $0.isFollowed ? $0.position ?? .zero : nil }
  }

  /// Events that were counted in memory since the start.
  package var countedEvents: Int { partitions.values.reduce(0) { $0 + $1.counted.events } }

  // MARK: Questions

  private func partition(of bot: BotID) throws -> PartitionStatistics {
    guard let partition = partitions[keys.partition(of: bot)] else {
      throw StatisticsUnavailable("the bot's partition is not known")
    }
    return partition
  }

  /// The bot's partition, once it is followed.
  private func followed(_ bot: BotID) async throws -> PartitionStatistics {
    let partition = try partition(of: bot)
    let isNew = partition.lastRequested.map { $0.duration(to: .now) > StreamFollower.idleTimeout } ?? true
    partition.markRequested()
    let deadline = ContinuousClock.now + Self.longestWait
    while !partition.isLoaded || (isNew && partition.asOf == 0), ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(20))
    }
    guard partition.isLoaded else { throw StatisticsUnavailable("the statistics are being read") }
    return partition
  }

  /// The answer to a question, which is found only if something changed since it was found last.
  private func answer<Answer: CachedAnswer & Dated>(
    _ question: AnswerCache.Question,
    _ bot: BotID,
    _ body: @escaping @Sendable (BotReader) throws -> Answer
  ) async throws -> Answer {
    let look = try await followed(bot).look(at: bot)
    var answer = try await answers.answer(question, bot, look.version) { try await self.read(bot, body) }
    answer.asOf = max(answer.asOf, look.asOf)
    return answer
  }

  private func read<Answer: Sendable>(
    _ bot: BotID,
    _ body: @escaping @Sendable (BotReader) throws -> Answer
  ) async throws -> Answer {
    let partition = try await followed(bot)
    let deadline = ContinuousClock.now + Self.longestAnswer
    var attempts = 0
    while true {
      do {
        return try await threads.run(bot) { [scans] in
          let snapshot = try partition.snapshot(of: bot)
          return try body(BotReader(snapshot, cache: scans, deadline: deadline))
        }
      } catch is RollupGone where attempts < 5 {
        // Files were merged meanwhile; the next look finds the new ones.
        attempts += 1
        try await Task.sleep(for: .milliseconds(50 << attempts))
      } catch let damage as RollupDamage {
        logger.error("a file of statistics is damaged", metadata: ["damage": "\(damage)"])
        throw StatisticsUnavailable("a file of statistics is damaged, and is made anew")
      }
    }
  }
}

extension Statistics: StatisticsAnswering {
  package func chart(_ query: ChartQuery, bot: BotID) async throws -> ChartAnswer {
    try await answer(.chart(query), bot) { try ChartReader(reader: $0).answer(query) }
  }

  package func top(_ query: TopQuery, bot: BotID) async throws -> TopAnswer {
    try await answer(.top(query), bot) { try TopReader(reader: $0).answer(query) }
  }

  package func retention(_ query: RetentionQuery, bot: BotID) async throws -> RetentionAnswer {
    try await answer(.retention(query), bot) { try RetentionReader(reader: $0).answer(query) }
  }

  package func summary(_ query: SummaryQuery, bot: BotID) async throws -> Summary {
    let now = clock.nowMilliseconds
    // Who is online changes without any event.
    async let counts = answers.answer(.online(now / 1000), bot, BotVersion()) { [online] in
      zip(LiveHub.windows, try await online.counts(bot, windows: LiveHub.windows, now: now))
        .map { Summary.Online(seconds: $0, count: $1) }
    }
    var summary = try await answer(.summary(query), bot) { try SummaryReader(reader: $0).answer(query) }
    summary.online = try await counts
    return summary
  }

  package func recent(bot: BotID, limit: Int) async throws -> RecentEvents {
    let partition = try await followed(bot)
    let (events, asOf) = partition.recentEvents(of: bot, limit)
    guard events.count < limit else { return RecentEvents(asOf: asOf, events: events) }
    let before = events.last?.id ?? .max
    let removal = partition.removal(of: bot)
    let segments = SegmentEvents(archive: layout.archive, partition: partition.partition)
    let sealed = partition.files.through.number
    let older = try await threads.run(bot) {
      try segments.last(limit - events.count, of: bot, through: sealed, before: before)
    }
    return RecentEvents(asOf: asOf, events: events + older.filter { $0.id > removal })
  }
}

extension Statistics: RecentUsesReading {
  package func recentUses(of bots: Set<BotID>) async -> [BotID: RecentUses] {
    let now = clock.nowMilliseconds
    var recentUses: [BotID: RecentUses] = [:]
    for bot in bots {
      guard let partition = try? partition(of: bot) else { continue }
      let (uses, asOf) = partition.usesInLastMinute(of: bot, at: now)
      recentUses[bot] = RecentUses(usesLastMinute: uses, asOf: asOf)
    }
    return recentUses
  }
}

/// An answer that says through when everything is counted.
private protocol Dated {
  /// Unix milliseconds.
  var asOf: Int64 { get set }
}

extension ChartAnswer: Dated {}
extension TopAnswer: Dated {}
extension RetentionAnswer: Dated {}
extension Summary: Dated {}
