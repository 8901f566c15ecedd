import HowUsedModel
import HowUsedStore
import Testing

@testable import HowUsedStatistics

@Suite struct RemovalTests {
  /// Who counts remembers users that it has counted, so as not to send them again: that must end with the bot.
  @Test func aRemovedBotIsCountedFromNothing() async throws {
    try await StatisticsBench.with { bench in
      let bot = try #require(BotID(rawValue: 1))
      let counter = PartitionCounter(client: bench.client, schema: bench.schema, partition: bench.partition(1))
      let keys = StatisticsKeys(bench.schema, bench.partition(1))
      let now = WallClock.seconds
      func use(_ users: ClosedRange<Int64>) async throws {
        try await bench.add(users.map { TestEvent(bot: 1, user: $0, event: "start", time: now * 1000) })
        while try await counter.catchUp() != .caughtUp {}
      }
      func total(_ metric: ChartMetric) async throws -> Int64 {
        try await bench.answer([("metric", metric.rawValue)], bot: 1, now: now).1.series[0].total
      }
      try await use(1...20)
      #expect(try await total(.users) == 20)
      try await GenerationCleaner(client: bench.client, keys: keys).removeAll(of: bot)
      try await use(11...15)
      #expect(try await total(.uses) == 5)
      #expect(try await total(.users) == 5)
      #expect(try await total(.new) == 5)
    }
  }
}
