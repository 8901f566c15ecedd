import Foundation
import HowUsedModel
import HowUsedStore
import Redis
import Testing

@testable import HowUsedStatistics

/// What statistics cost Redis. Memory is a promise and always checked; times depend on the machine and are only printed,
/// with `HOWUSED_FIGURES=1`.
@Suite(.serialized) struct FiguresTests {
  static let isWanted = ProcessInfo.processInfo.environment["HOWUSED_FIGURES"] != nil

  private static func info(_ client: RedisClient, _ section: String, _ field: String) async throws -> Double {
    let text = try await client.send("INFO", section).string ?? ""
    let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(field + ":") }
    return line.flatMap { Double($0.dropFirst(field.utf8.count + 1)) } ?? 0
  }

  private static func processorSeconds(_ client: RedisClient) async throws -> Double {
    try await info(client, "cpu", "used_cpu_user_main_thread")
      + (try await info(client, "cpu", "used_cpu_sys_main_thread"))
  }

  @Test func aKnownUserTakesAtMost64Bytes() async throws {
    let users = Self.isWanted ? 1_000_000 : 60_000
    try await StatisticsBench.with { bench in
      let partition = bench.partition(1)
      let keys = StatisticsKeys(bench.schema, partition)
      var random = SplitMix(seed: 1)
      // Registered so long ago that they count in no bucket: what is left are the users themselves.
      let registered: Int64 = 1_300_000_000
      var committer = BatchCommitter(
        client: bench.client,
        positionKey: keys.position,
        generationsKey: keys.generations,
        prefix: keys.prefix
      )
      var batch = Batch()
      let before = try await Self.info(bench.client, "memory", "used_memory")
      var position = StreamID.zero
      for user in 1...users {
        batch.add(
          bot: 1,
          user: Int64.random(in: 1...1 << 40, using: &random),
          event: .empty,
          params: Params(),
          milliseconds: 1_000_000_000,
          sent: registered
        )
        guard user % 500 == 0 else { continue }
        let next = position.next
        guard case .done = try await committer.commit(batch, from: position, to: next) else {
          Issue.record("not committed")
          return
        }
        batch.committed()
        position = next
      }
      let info = GenerationKeys(prefix: keys.generation(try #require(BotID(rawValue: 1)), 1)).info
      let known = try await bench.client.send("HGET", info, "users").int ?? 0
      #expect(known > users * 99 / 100)
      let bytes = (try await Self.info(bench.client, "memory", "used_memory") - before) / Double(known)
      print(
        "a known user takes \(bytes.formatted(.number.precision(.fractionLength(1)))) bytes (of \(known) sparse ids)"
      )
      #expect(bytes <= 64)
    }
  }

  /// A fixed number of different requests, again and again, as a load generator sends them; or users who all are new.
  @Test(.enabled(if: isWanted), arguments: [(10, 20_000), (50, 200_000)])
  func redisTimePerEvent(bots: Int, records: Int) async throws {
    let count = 200_000
    try await StatisticsBench.with { bench in
      var random = SplitMix(seed: 2)
      let now = WallClock.seconds * 1000
      let names = ["message", "start", "callback_query", "settings", "регистрация", "inline_query", "subscribe", "pay"]
      let events = (0..<records).map { _ in
        let user = Int64.random(in: 1...1 << 40, using: &random)
        return TestEvent(
          bot: Int64.random(in: 1...Int64(bots), using: &random),
          user: user,
          event: names.randomElement(using: &random),
          params: [["en", "ru", "de", "es", "uk", "pt-br"][Int(user % 6)]],
          time: 0,
          registered: user % 4 == 0 ? 1_616_161_616 + user % 10_000_000 : nil
        )
      }
      let before = try await Self.processorSeconds(bench.client)
      for part in 0..<count / 2000 {
        let commands = (0..<2000).map { index in
          let event = events[(part * 2000 + index) % records]
          let id = "\(now + Int64(part * 20 + index / 100))-*"
          return RedisCommand("XADD", bench.schema.events(bench.partition(event.bot)), id, "e", event.fragment)
        }
        _ = try await bench.client.pipeline(commands)
      }
      let adding = (try await Self.processorSeconds(bench.client) - before) / Double(count) * 1e6
      print(
        "\(bots) bots, \(records) requests: XADD took \(adding.formatted(.number.precision(.fractionLength(2)))) µs"
      )
      for round in 1...2 {
        let before = try await Self.processorSeconds(bench.client)
        let started = ContinuousClock.now
        try await bench.count()
        let took = (try await Self.processorSeconds(bench.client) - before) / Double(count) * 1e6
        print(
          "  round \(round): Redis \(took.formatted(.number.precision(.fractionLength(2)))) µs an event, in all \(started.duration(to: .now))"
        )
        try await Self.printCommands(bench.client)
        for partition in bench.schema.partitions {
          try await bench.client.send("SET", bench.schema.statisticsPosition(partition), "1-0")
        }
      }
    }
  }

  private static func printCommands(_ client: RedisClient) async throws {
    let text = try await client.send("INFO", "commandstats").string ?? ""
    for line in text.split(whereSeparator: \.isNewline) {
      print("    \(line.replacing(",rejected_calls=0,failed_calls=0", with: ""))")
    }
    try await client.send("CONFIG", "RESETSTAT")
  }
}
