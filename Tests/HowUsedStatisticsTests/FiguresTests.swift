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
        guard case .done(let crowded) = try await committer.commit(batch, from: position, to: next) else {
          Issue.record("not committed")
          return
        }
        try await committer.fold(crowded)
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

  /// The bench's load: a fixed number of different requests, again and again.
  @Test(.enabled(if: isWanted)) func redisTimeOfTheBenchsLoad() async throws {
    var load = PacedLoad(bots: 10, users: 10_000, seconds: 10, random: SplitMix(seed: 2))
    let records = (0..<20_000).map { _ in load.event(Int64.random(in: 1...100_000, using: &load.random)) }
    try await measure("10 bots, 20,000 requests again and again, 30,000/s", load) { second in
      (0..<30_000).map { records[(second * 30_000 + $0) % records.count] }
    }
  }

  /// Every user sends so many events a minute, the first ones all at once new to the bot.
  @Test(.enabled(if: isWanted), arguments: [(50, 1200, 1, 4), (50, 400, 3, 4), (50, 4000, 1, 1)])
  func redisTimeOfUsers(bots: Int, users: Int, perMinute: Int, minutes: Int) async throws {
    var load = PacedLoad(bots: bots, users: users, seconds: 60 * minutes, random: SplitMix(seed: 2))
    try await measure("\(bots) bots, \(users) users each, \(perMinute) a minute", load) { second in
      load.events(ofSecond: second, perMinute: perMinute)
    }
  }

  /// Counts second by second, as the service does, and prints what each minute took.
  private func measure(_ title: String, _ load: PacedLoad, _ events: (Int) -> [TestEvent]) async throws {
    try await StatisticsBench.with(partitions: 16) { bench in
      let counters = bench.schema.partitions.map {
        PartitionCounter(client: bench.client, schema: bench.schema, partition: $0)
      }
      let start = (WallClock.seconds / 3600 - 1) * 3600
      print("\(title):")
      let memory = try await Self.info(bench.client, "memory", "used_memory")
      var (took, count) = (0.0, 0)
      for second in 0..<load.seconds {
        let time = (start + Int64(second)) * 1000
        let commands = events(second).map {
          RedisCommand("XADD", bench.schema.events(bench.partition($0.bot)), "\(time)-*", "e", $0.fragment)
        }
        count += commands.count
        for first in stride(from: 0, to: commands.count, by: 2000) {
          _ = try await bench.client.pipeline(Array(commands[first..<min(first + 2000, commands.count)]))
        }
        let before = try await Self.processorSeconds(bench.client)
        for counter in counters { #expect(try await counter.catchUp() == .caughtUp) }
        took += try await Self.processorSeconds(bench.client) - before
        if second % 60 == 59 || second == load.seconds - 1 {
          print("  \(count) events: Redis \((took / Double(count) * 1e6).formatted(Self.twoDigits)) µs each")
          (took, count) = (0, 0)
        }
        for partition in bench.schema.partitions { try await bench.client.send("DEL", bench.schema.events(partition)) }
      }
      let grown = try await Self.info(bench.client, "memory", "used_memory") - memory
      print("  memory grew by \(Int(grown / 1024)) KiB")
      try await Self.printCommands(bench.client)
    }
  }

  private static let twoDigits = FloatingPointFormatStyle<Double>.number.precision(.fractionLength(2))

  private static func printCommands(_ client: RedisClient) async throws {
    let text = try await client.send("INFO", "commandstats").string ?? ""
    for line in text.split(whereSeparator: \.isNewline) {
      print("    \(line.replacing(",rejected_calls=0,failed_calls=0", with: ""))")
    }
    try await client.send("CONFIG", "RESETSTAT")
  }
}
