import HowUsedModel
import HowUsedStore
import NIOCore
import Redis
import Testing

@testable import HowUsedStatistics

/// Users who lie beside their bucket's row until there are many.
@Suite struct WaitingVisitsTests {
  @Test func chunksHoldWhatWasAdded() {
    var waiting = WaitingVisits()
    let first = Array("start\u{1f}en".utf8)
    let many = (0..<600).map { Int64($0) * -1_000_000_007 }
    waiting.add(first, [1, -2, .max, .min])
    waiting.add(Array("".utf8), [7])
    waiting.add(first, many)
    #expect(waiting.chunks.count == 3)
    var found: [[UInt8]: [Int64]] = [:]
    for chunk in waiting.chunks {
      chunk.withUnsafeBytes { chunk in
        WaitingVisits.forEach(in: chunk) { field, users in found[Array(field), default: []] += users }
      }
    }
    #expect(found == [first: [1, -2, .max, .min] + many, []: [7]])
  }

  @Test func listsOfUsersAreReadAsTheyWereWritten() {
    let some: [Int64] = [.min, .min + 1, -12_345_678, -1, 1, 9, 10, 9_999_999, 12_345_678, 123_456_789, .max - 1, .max]
    for _ in 0..<200 {
      let users = some.shuffled() + (0..<20).map { _ in Int64.random(in: .min ... .max) >> Int64.random(in: 0..<63) }
      let text = Array(users.map { "\($0)" }.joined(separator: ",").utf8)
      #expect(text.withUnsafeBytes { Array(UserList($0)) } == users)
    }
    #expect([].withUnsafeBytes { Array(UserList($0)) } == [])
  }

  @Test func logsAreCountedExactly() {
    var log = UserLog()
    var all: Set<Int64> = []
    var points: [Int: Set<Int64>] = [:]
    #expect(log.counts().total == 0)
    for (index, size) in [3, 4000, 1, 0, 500, 20_000, 7].enumerated() {
      let users = (0..<size).map { _ in Int64.random(in: -9000...9000) }
      // In two parts, as chunks are.
      for part in [users.prefix(size / 3), users.dropFirst(size / 3)] where !part.isEmpty {
        log.add(part, to: 2 * index)
      }
      #expect(Array(log.users(of: 2 * index)) == users)
      #expect(log.users(of: 2 * index + 1).isEmpty)
      if !users.isEmpty { points[2 * index] = Set(users) }
      all.formUnion(users)
    }
    let counts = log.counts()
    #expect(counts.total == Int64(all.count))
    #expect(counts.points.map(\.point) == points.keys.sorted())
    for (point, count) in counts.points { #expect(count == Int64(points[point]?.count ?? 0)) }
  }

  @Test func packedUsersAreTheSame() {
    let users: [Int64] = [.min, .min + 1, -5_000_000_000, -1, 1, 127, 128, 7_000_000_000, .max - 1, .max]
    #expect(PackedUsers.pack(users.shuffled()).withUnsafeBytes { PackedUsers.unpack($0) } == users)
    #expect(PackedUsers.pack([]).withUnsafeBytes { PackedUsers.unpack($0) } == [])
    #expect(Array("HYLL".utf8).withUnsafeBytes { PackedUsers.unpack($0) } == nil)
    // Telegram's ids, a thousand of them.
    let many = (0..<1000).map { _ in Int64.random(in: 1...7_000_000_000) }
    #expect(PackedUsers.pack(Set(many)).count < 4500)
  }

  static let hour = (WallClock.seconds / 3600 - 2) * 3600

  /// One bot, a combination each for some users, some of which come again; spread over an hour.
  static func events(_ users: Int) -> [TestEvent] {
    (0..<users * 3 / 2).map { index in
      let user = Int64(index % users + 1) &* 1_000_000_000_003
      return TestEvent(
        bot: 1,
        user: user,
        event: ["start", "stop", "help"][index % 3],
        params: ["v\(user % 5)", user % 2 == 0 ? "" : "x"],
        time: hour * 1000 + Int64(index * 3000 / users) * 1000
      )
    }
  }

  private static func row(_ bench: StatisticsBench, _ resolution: Resolution) async throws -> (w: Int64?, list: Int64) {
    let keys = StatisticsKeys(bench.schema, bench.partition(1))
    let counters = GenerationKeys(prefix: keys.generation(try #require(BotID(rawValue: 1)), 1))
    let bucket = resolution.bucket(at: hour)
    let waiting = try await bench.client.send("HGET", counters.users(resolution, bucket), "w").int
    let chunks = try await bench.client.send("LRANGE", counters.visits(resolution, bucket), 0, -1).array ?? []
    return (waiting, chunks.reduce(0) { $0 + Int64($1.bytes?.readableBytes ?? 0) })
  }

  @Test(arguments: [20, 1000, 3000]) func answersAreTheSameBeforeAndAfterFolding(users: Int) async throws {
    let events = Self.events(users)
    let recount = Recount(events: events)
    try await StatisticsBench.with { bench in
      // In several batches, so that sets grow, become sketches, and have some waiting beside them.
      for start in stride(from: 0, to: events.count, by: 400) {
        try await bench.add(Array(events[start..<min(start + 400, events.count)]))
        try await bench.count()
      }
      let row = try await Self.row(bench, .hour)
      // What the row says is waiting is what waits; of a few, none were folded.
      #expect(row.w ?? 0 == row.list)
      #expect(row.list <= Int64(Resolution.hour.waitingBytes))
      let keys = StatisticsKeys(bench.schema, bench.partition(1))
      let prefix = keys.generation(try #require(BotID(rawValue: 1)), 1)
      let folded = try await StatisticsDump.keys(bench.client, prefix: prefix + "sh")
      #expect(folded.isEmpty == (users == 20))
      let questions: [([(String, String)], Recount.Filter, ChartSegment?)] = [
        ([], .init(), nil), ([("event", "start")], .init(events: ["start"]), nil),
        ([("param_1", "v3"), ("event", "stop,help")], .init(events: ["stop", "help"], params: [1: ["v3"]]), nil),
        ([("segment", "param_2")], .init(), .param(2)), ([("segment", "event")], .init(), .event),
      ]
      for divider in ["15m", "1h", "24h"] {
        for (parameters, filter, segment) in questions {
          let base = [("metric", "users"), ("divider", divider), ("period", "46h")]
          let (query, answer) = try await bench.answer(base + parameters, bot: 1, now: WallClock.seconds)
          let bounds = query.timeline.bounds
          let expected = recount.count(.users, bot: 1, bounds: bounds, filter: filter, segment: segment)
          let found = Dictionary(uniqueKeysWithValues: answer.series.map { (JSONText.decoded($0.name), $0) })
          #expect(Set(found.keys) == Set(expected.keys), "\(divider) \(parameters)")
          #expect(!answer.isApproximate || users == 3000)
          for (name, series) in expected {
            for (value, right) in zip(found[name]?.values ?? [], series.values) {
              // Exact unless many; within 2 % then.
              let allowed = right > 500 && users == 3000 ? right / 50 : 0
              #expect(abs(value - right) <= allowed, "\(divider) \(parameters) \(name): \(value), not \(right)")
            }
          }
        }
      }
    }
  }

  @Test func foldingARemovedBotsRowLeavesNothing() async throws {
    try await StatisticsBench.with { bench in
      let keys = StatisticsKeys(bench.schema, bench.partition(1))
      var committer = BatchCommitter(
        client: bench.client,
        positionKey: keys.position,
        generationsKey: keys.generations,
        prefix: keys.prefix
      )
      let counters = GenerationKeys(prefix: keys.generation(try #require(BotID(rawValue: 1)), 1))
      let bucket = RollupBucket(resolution: .hour, number: Resolution.hour.bucket(at: Self.hour))
      try await bench.client.send("RPUSH", counters.visits(.hour, bucket.number), "start\u{1d}1,2\u{1c}")
      try await committer.fold([CrowdedRow(bot: 1, generation: 1, bucket: bucket)])
      #expect(try await StatisticsDump.keys(bench.client, prefix: keys.prefix).isEmpty)
    }
  }
}
