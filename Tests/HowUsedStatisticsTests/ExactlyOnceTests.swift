import HowUsedModel
import HowUsedStore
import Redis
import Synchronization
import TestSupport
import Testing

@testable import HowUsedStatistics

/// Nothing is skipped and nothing counted twice, whoever dies when.
@Suite struct ExactlyOnceTests {
  struct Death: Error {}

  static func events(_ count: Int, seed: UInt64) -> [TestEvent] {
    let now = WallClock.seconds * 1000
    var generator = EventGenerator(
      random: SplitMix(seed: seed),
      bots: [1, 2, 3, 4, 5],
      users: 1...400,
      span: now - 80 * 60_000...now - 1
    )
    return generator.events(count)
  }

  /// What counting without any mishap comes to.
  static func undisturbed(_ events: [TestEvent]) async throws -> StatisticsDump {
    let dump = Mutex(StatisticsDump())
    try await StatisticsBench.with { bench in
      try await bench.add(events)
      try await bench.count()
      let found = try await StatisticsDump.read(bench)
      dump.withLock { $0 = found }
    }
    return dump.withLock { $0 }
  }

  @Test(arguments: PartitionCounter.Step.allCases)
  func counterDies(at step: PartitionCounter.Step) async throws {
    let seed = UInt64.random(in: .min ... .max)
    let events = Self.events(6000, seed: seed)
    let expected = try await Self.undisturbed(events)
    try await StatisticsBench.with { bench in
      try await bench.add(events)
      var deaths = 0
      for partition in bench.schema.partitions {
        while true {
          let chance = Mutex(SplitMix(seed: seed &+ UInt64(deaths)))
          // The first one always dies, so that no seed makes a test without a death.
          let isFirst = deaths == 0
          let counter = PartitionCounter(client: bench.client, schema: bench.schema, partition: partition) { at in
            let dies = chance.withLock { Int.random(in: 0..<3, using: &$0) == 0 }
            if at == step, dies || isFirst { throw Death() }
          }
          do {
            #expect(try await counter.catchUp() == .caughtUp)
            break
          } catch is Death {
            deaths += 1
          }
        }
      }
      #expect(deaths > 0)
      let found = try await StatisticsDump.read(bench)
      #expect(found == expected, "seed \(seed), \(deaths) deaths: \(found.difference(from: expected))")
    }
  }

  @Test func twoCountersAtOnceCountOnce() async throws {
    let seed = UInt64.random(in: .min ... .max)
    let events = Self.events(8000, seed: seed)
    let expected = try await Self.undisturbed(events)
    try await StatisticsBench.with { bench in
      let done = Flag()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<3 { group.addTask { try await Self.countUntil(done, bench) } }
        try await bench.add(events)
        done.raise()
        let overtaken = try await group.reduce(0, +)
        #expect(overtaken > 0, "nobody was in anybody's way: the test shows nothing")
      }
      let found = try await StatisticsDump.read(bench)
      #expect(found == expected, "seed \(seed): \(found.difference(from: expected))")
    }
  }

  final class Flag: Sendable {
    private let value = Atomic(false)
    var isRaised: Bool { value.load(ordering: .relaxed) }
    func raise() { value.store(true, ordering: .relaxed) }
  }

  /// Counts until the flag is raised and then once more; returns how often somebody else was faster.
  static func countUntil(_ done: Flag, _ bench: StatisticsBench) async throws -> Int {
    let client = RedisClient(endpoint: bench.server.endpoint, logger: StatisticsBench.logger)
    try await client.waitUntilReady(timeout: .seconds(30))
    let counters = bench.schema.partitions.map {
      PartitionCounter(client: client, schema: bench.schema, partition: $0)
    }
    var overtaken = 0
    var isLast = false
    while !isLast {
      isLast = done.isRaised
      for counter in counters {
        while try await counter.catchUp() == .overtaken { overtaken += 1 }
      }
    }
    await client.shutdown()
    return overtaken
  }

  /// The aggregator as a service, while Redis is killed again and again.
  @Test func redisIsKilled() async throws {
    let seed = UInt64.random(in: .min ... .max)
    let events = Self.events(6000, seed: seed)
    try await StatisticsBench.with(config: ["appendonly yes", "appendfsync always"]) { bench in
      let clock = RedisClock()
      var configuration = AggregatorConfiguration()
      configuration.interval = .milliseconds(5)
      let aggregator = Aggregator(
        client: bench.client,
        schema: bench.schema,
        clock: clock,
        configuration: configuration,
        logger: StatisticsBench.logger
      )
      let service = Task { try await aggregator.run() }
      var random = SplitMix(seed: seed)
      for start in stride(from: 0, to: events.count, by: 1000) {
        // A killed Redis may have stored what it didn't confirm: what is in the streams in the end is what counts.
        try? await bench.add(Array(events[start..<start + 1000]))
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...40, using: &random)))
        try await bench.server.restart()
        try await bench.client.waitUntilReady(timeout: .seconds(30))
      }
      for partition in bench.schema.partitions {
        let last = try await bench.client.send("XREVRANGE", bench.schema.events(partition), "+", "-", "COUNT", 1)
        guard let id = last.array?.first?.array?.first?.string else { continue }
        let finished = try await eventually {
          (try? await aggregator.finishedThrough(partition))?.description == id
        }
        #expect(finished, "seed \(seed)")
      }
      service.cancel()
      _ = try? await service.value
      let found = try await StatisticsDump.read(bench)
      try await bench.forgetStatistics()
      try await bench.count()
      let expected = try await StatisticsDump.read(bench)
      #expect(!expected.entries.isEmpty)
      #expect(found == expected, "seed \(seed): \(found.difference(from: expected))")
    }
  }

  @Test func clockOfTheEventDecidesItsBucket() async throws {
    let now = WallClock.seconds * 1000
    let minute = now / 60_000
    try await StatisticsBench.with { bench in
      let late = TestEvent(bot: 1, user: 2, event: "late", time: (minute - 90) * 60_000 + 59_999, isBackfilled: true)
      let early = TestEvent(bot: 1, user: 2, event: "early", time: (minute - 89) * 60_000)
      try await bench.add([early, late])
      try await bench.count()
      let (query, answer) = try await bench.answer(
        [("metric", "uses"), ("period", "2h"), ("divider", "1m"), ("segment", "event")],
        bot: 1,
        now: now / 1000
      )
      for series in answer.series {
        let place = try #require(series.values.firstIndex(of: 1))
        let start = query.timeline.bounds[place] / 60
        #expect(start == minute - (JSONText.decoded(series.name) == "late" ? 90 : 89))
      }
    }
  }
}
