package import HowUsedModel
package import HowUsedStore
package import Logging
package import Redis
import ServiceLifecycle
import Synchronization

/// Counts events, seconds after they came: reads every partition's stream from its own position and commits counters and
/// position atomically (see ``CommitScript``). Only who is new is told a moment before (see ``RegistrationScript``). A
/// crash at any point, of it or of Redis, neither skips nor counts twice.
///
/// Several instances may run beside each other. Whose commit is refused stands by and only watches whether the position
/// still moves, so that the work is done about once.
package final class Aggregator: StreamConsumer, Service {
  package let name = "statistics"

  private let client: RedisClient
  private let reader: StreamReader
  private let schema: KeySchema
  private let clock: RedisClock
  private let configuration: AggregatorConfiguration
  private let logger: Logger
  private let onStep: @Sendable (PartitionCounter.Step) throws -> Void
  private let state = Mutex(AggregatorStatus())

  /// - Parameters:
  ///   - client: of its own, best on an event loop that serves no requests.
  ///   - reader: shared with the archive; nil: one of its own.
  package init(
    client: RedisClient,
    reader: StreamReader? = nil,
    schema: KeySchema,
    clock: RedisClock,
    configuration: AggregatorConfiguration = .init(),
    logger: Logger,
    onStep: @escaping @Sendable (PartitionCounter.Step) throws -> Void = { _ in }
  ) {
    self.client = client
    self.reader = reader ?? StreamReader(client: client, keys: schema)
    self.schema = schema
    self.clock = clock
    self.configuration = configuration
    self.logger = logger
    self.onStep = onStep
  }

  /// For `/health` and `howused top`.
  package var status: AggregatorStatus { state.withLock { $0 } }

  package func finishedThrough(_ partition: Partition) async throws -> StreamID? {
    try await client.send("GET", schema.statisticsPosition(partition)).string.flatMap { StreamID($0) }
  }

  package func run() async throws {
    try await withTaskCancellationOrGracefulShutdownHandler {
      do {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await self.count() }
          group.addTask { try await self.observe() }
          try await group.next()
          group.cancelAll()
        }
      } catch is CancellationError {}
    } onCancelOrGracefulShutdown: {
      self.stopping.store(true, ordering: .relaxed)
    }
  }

  private let stopping = Atomic(false)

  private var isStopping: Bool { stopping.load(ordering: .relaxed) || Task.isCancelled }

  // MARK: Counting

  private struct Lane {
    let counter: PartitionCounter
    /// Somebody else counts: look again then, whether the position still moves.
    var standBy: (until: ContinuousClock.Instant, position: StreamID?)?
  }

  private func count() async throws {
    var lanes = schema.partitions.map { partition in
      Lane(
        counter: PartitionCounter(
          client: client,
          reader: reader,
          schema: schema,
          partition: partition,
          cacheSize: configuration.cacheSize,
          onStep: onStep
        )
      )
    }
    var failures = 0
    // A server that starts together with its Redis has nothing to complain about yet.
    try? await client.waitUntilReady(timeout: .seconds(5))
    while !isStopping {
      let next = ContinuousClock.now + configuration.interval
      do {
        try await pass(&lanes)
        failures = 0
      } catch let error as RedisClientError {
        failures += 1
        complain(error, failures)
        for index in lanes.indices { lanes[index].counter.restart() }
      } catch let error as RedisServerError {
        // OOM, LOADING, MISCONF, READONLY…: it's for the operator or time to resolve.
        failures += 1
        complain(error, failures)
        for index in lanes.indices { lanes[index].counter.restart() }
      }
      try await Task.sleep(until: next)
    }
  }

  private func complain(_ error: any Error, _ failures: Int) {
    state.withLock { $0.problem = "\(error)" }
    if failures == 1 || failures % 20 == 0 {
      logger.warning("statistics wait for Redis", metadata: ["error": "\(error)", "attempts": "\(failures)"])
    }
  }

  private func pass(_ lanes: inout [Lane]) async throws {
    // Most partitions have little or nothing new most of the time, so one round trip asks all of them.
    var active: [Int] = []
    for index in lanes.indices where try await isActive(&lanes[index]) { active.append(index) }
    for index in active where lanes[index].counter.position == nil { try await lanes[index].counter.start() }
    let pages = try await reader.next(
      active.map { (lanes[$0].counter.partition, lanes[$0].counter.readThrough) },
      count: configuration.firstPage
    )
    for (index, page) in zip(active, pages) {
      let counter = lanes[index].counter
      var progress = try await counter.take(page)
      if progress == .more { progress = try await counter.catchUp() }
      if progress == .overtaken {
        let pause = Duration.milliseconds(Int64.random(in: 1000...2000))
        lanes[index].standBy = (.now + pause, counter.position)
      }
      note(counter)
    }
    state.withLock { $0.problem = nil }
  }

  /// False while somebody else counts the lane's partition.
  private func isActive(_ lane: inout Lane) async throws -> Bool {
    guard let standBy = lane.standBy else { return true }
    guard ContinuousClock.now >= standBy.until else { return false }
    try await lane.counter.start()
    if lane.counter.position == standBy.position {
      lane.standBy = nil
      return true
    }
    lane.standBy = (.now + .milliseconds(Int64.random(in: 1000...2000)), lane.counter.position)
    return false
  }

  private func note(_ counter: PartitionCounter) {
    let news = counter.takeNews()
    if news.malformed > 0 {
      logger.error(
        "the stream holds entries that are no events; they are not counted",
        metadata: ["partition": "\(counter.partition)", "entries": "\(news.malformed)"]
      )
    }
    let now = clock.nowMilliseconds
    state.withLock { state in
      state.counted += news.counted
      state.malformed += news.malformed
      for bot in news.bots { if let bot = BotID(rawValue: bot) { state.activeBots[bot] = now } }
    }
  }

  // MARK: Online peaks

  private func observe() async throws {
    var sampler = PeakSampler(client: client, schema: schema)
    while !isStopping {
      try await Task.sleep(for: configuration.peakInterval)
      let now = clock.nowMilliseconds
      let bots = state.withLock { state in
        state.activeBots = state.activeBots.filter { now - $0.value < AggregatorConfiguration.activeMilliseconds }
        return Array(state.activeBots.keys)
      }
      do {
        try await sampler.sample(bots, at: now)
        let overflow = try await OverflowReader(client: client, schema: schema).read()
        state.withLock { $0.overflowing = overflow }
      } catch is RedisClientError {
        continue  // The counting side complains about it.
      } catch let error as RedisServerError {
        logger.debug("no online peaks", metadata: ["error": "\(error)"])
      }
    }
  }
}
