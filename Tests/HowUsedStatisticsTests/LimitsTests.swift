import HowUsedModel
import HowUsedStore
import NIOCore
import Redis
import Testing

@testable import HowUsedStatistics

/// Where counting one by one ends.
@Suite struct LimitsTests {
  static let now = WallClock.seconds
  static let hour = now / 3600 * 3600 * 1000

  @Test func combinationsBeyondTheLimitShareOne() async throws {
    let limit = Resolution.combinationLimit
    try await StatisticsBench.with { bench in
      // The first ones keep their names, also when they come again; those behind don't.
      let values = Array(1...limit + 300) + Array(1...10) + Array(limit + 1...limit + 10)
      let events = values.enumerated().map { index, value in
        TestEvent(bot: 1, user: 5, event: "open", params: ["v\(value)"], time: Self.hour + Int64(index) / 100)
      }
      try await bench.add(events)
      try await bench.count()
      let (_, all) = try await bench.answer([("metric", "uses"), ("period", "1h")], bot: 1, now: Self.now)
      #expect(all.series[0].total == Int64(events.count))
      let question = [("metric", "uses"), ("period", "1h"), ("divider", "1h"), ("segment", "param_1")]
      let (_, answer) = try await bench.answer(question, bot: 1, now: Self.now)
      #expect(answer.series.count == ChartQuery.seriesLimit + 1)
      #expect(answer.series.last?.name == ChartAnswer.otherName)
      #expect(answer.series.reduce(0) { $0 + $1.total } == Int64(events.count))
      #expect(answer.unattributedUses == 310)
      #expect(answer.series[0].total == 2)
      let overflow = try await OverflowReader(client: bench.client, schema: bench.schema).read()
      #expect(overflow.keys.map(\.rawValue) == [1])
      // The one user is counted once, also among those who weren't counted by value.
      let (_, users) = try await bench.answer(
        [("metric", "users"), ("period", "1h"), ("divider", "1h"), ("param_1", "v1")],
        bot: 1,
        now: Self.now
      )
      #expect(users.series[0].total == 1)
      #expect(users.crowdedBuckets == 1)
    }
  }

  /// Users of the smaller series are often the same ones. With many of them, they are in keys of their own.
  @Test(arguments: [40, 1500]) func smallerSeriesAreUnited(users: Int64) async throws {
    let start = Self.hour - 4 * 3_600_000
    let names = (0..<ChartQuery.seriesLimit + 6).map { "event \($0 + 10)" }
    var events: [TestEvent] = []
    for hour in 0..<Int64(3) {
      for (index, name) in names.enumerated() {
        for user in 0..<(index < ChartQuery.seriesLimit ? users : users / 2)
        where (user + Int64(index)) % 3 == hour {
          events.append(TestEvent(bot: 1, user: user + 1, event: name, time: start + hour * 3_600_000))
        }
      }
    }
    try await StatisticsBench.with { bench in
      for start in stride(from: 0, to: events.count, by: 1000) {
        try await bench.add(Array(events[start..<min(start + 1000, events.count)]))
        try await bench.count()
      }
      let (query, answer) = try await bench.answer(
        [("metric", "users"), ("period", "5h"), ("divider", "1h"), ("segment", "event")],
        bot: 1,
        now: Self.now
      )
      let bounds = query.timeline.bounds
      #expect(answer.series.count == ChartQuery.seriesLimit + 1)
      for series in answer.series {
        let isOther = series.name == ChartAnswer.otherName
        let own = isOther ? Set(names.suffix(6)) : [String(decoding: series.name, as: UTF8.self)]
        var points = [Set<Int64>](repeating: [], count: bounds.count - 1)
        for event in events where event.event.map(own.contains) == true {
          let point = points.indices.first { event.time < bounds[$0 + 1] * 1000 }
          points[try #require(point)].insert(event.user)
        }
        #expect(series.values == points.map { Int64($0.count) })
        #expect(series.total == Int64(points.reduce(into: Set()) { $0.formUnion($1) }.count))
      }
    }
  }

  @Test func manyUsersAreEstimated() async throws {
    let count: Int64 = 6000
    try await StatisticsBench.with { bench in
      // Over three hours, the users of which overlap; some hours have few, so that sets and sketches are united.
      let start = Self.hour - 3 * 3_600_000
      var events = (1...count).map { user in
        TestEvent(bot: 1, user: user &* 7_919, event: "open", params: ["en"], time: start + user)
      }
      events += (1...300).map {
        TestEvent(bot: 1, user: ($0 + count - 100) &* 7_919, event: "open", time: start + 3_600_000 + $0)
      }
      events += (1...1000).map { TestEvent(bot: 1, user: -$0, event: "close", time: start + 7_200_000 + $0) }
      try await bench.add(events)
      try await bench.count()
      func check(_ total: Int64, approximate: Bool = true, _ parameters: (String, String)...) async throws {
        let base = [("metric", "users"), ("period", "28h"), ("tz", "Asia/Tokyo")]
        let (_, answer) = try await bench.answer(base + parameters, bot: 1, now: Self.now)
        let found = answer.series.first?.total ?? 0
        #expect(answer.isApproximate == approximate, "\(parameters)")
        let allowed = approximate ? total / 50 : 0
        #expect(abs(found - total) <= allowed, "\(parameters): \(found) instead of \(total)")
      }
      try await check(count + 200 + 1000, ("divider", "1h"))
      try await check(count + 200 + 1000, ("divider", "24h"))
      try await check(count + 200, ("divider", "1h"), ("event", "open"))
      try await check(1000, approximate: false, ("divider", "1h"), ("event", "close"))
      try await check(count, ("divider", "1h"), ("param_1", "en"))
      try await check(count + 200, ("divider", "1h"), ("segment", "event"))
      let (_, hours) = try await bench.answer(
        [("metric", "users"), ("period", "5h"), ("divider", "1h")],
        bot: 1,
        now: Self.now
      )
      let values = hours.series[0].values.filter { $0 > 0 }
      #expect(values.count == 3)
      #expect(abs(values[0] - count) <= count / 50)
      #expect(values[1...] == [300, 1000])
    }
  }

  @Test func hyperLogLogIsThatOfRedis() async throws {
    try await StatisticsBench.with { bench in
      for count in [1, 10, 1000, 20_000] as [Int64] {
        var own = HyperLogLog()
        for start in stride(from: 0, to: count, by: 500) {
          let users = (start..<min(start + 500, count)).map { $0 &* 1_000_003 &- 77 }
          for user in users { own.add(user) }
          try await bench.client.send(.init(["PFADD", "hll"] + users))
        }
        let redis = try await bench.client.send("PFCOUNT", "hll").int
        #expect(own.estimate == redis)
        let bytes = try #require(try await bench.client.send("GET", "hll").bytes)
        // Redis reads what was written here, too.
        var dense = DenseSketch()
        for user in 0..<count { dense.add(user &* 1_000_003 &- 77) }
        try await bench.client.send("SET", "dense", dense.bytes)
        #expect(try await bench.client.send("PFCOUNT", "dense").int == redis)
        try await bench.client.send("PFADD", "dense", -1)
        #expect(try await bench.client.send("PFCOUNT", "hll", "dense").int ?? 0 >= own.estimate)
        let again = DenseSketch(bytes.withUnsafeReadableBytes { Array($0) })
        // The header may hold the count.
        #expect(again?.bytes.dropFirst(16) == dense.bytes.dropFirst(16))
        var read = HyperLogLog()
        #expect(bytes.withUnsafeReadableBytes { read.merge($0) })
        #expect(read.estimate == redis)
        try await bench.client.send("DEL", "hll")
      }
    }
  }

  @Test func updatesCountApartUntilMigrated() async throws {
    try await StatisticsBench.with { bench in
      try await bench.add([
        TestEvent(bot: 1, user: 1, event: nil, time: Self.hour),
        TestEvent(bot: 1, user: 2, event: "start", time: Self.hour),
        TestEvent(bot: 1, user: 1, event: "start", time: Self.hour),
        TestEvent(bot: 1, user: 3, event: nil, time: Self.hour),
      ])
      try await bench.count()
      func totals(_ parameters: (String, String)...) async throws -> [String: Int64] {
        let (_, answer) = try await bench.answer([("period", "2h")] + parameters, bot: 1, now: Self.now)
        return Dictionary(uniqueKeysWithValues: answer.series.map { (JSONText.decoded($0.name), $0.total) })
      }
      #expect(try await totals(("metric", "uses")) == ["all": 2])
      #expect(try await totals(("metric", "users")) == ["all": 2])
      #expect(try await totals(("metric", "uses"), ("type", "update")) == ["all": 2])
      let migration = UpdatesMigration(client: bench.client, schema: bench.schema)
      let bot = try #require(BotID(rawValue: 1))
      await #expect(throws: RequestError.self) { try await migration.migrate(bot, to: "ab") }
      try await migration.migrate(bot, to: "старый бот")
      #expect(try await totals(("metric", "uses")) == ["all": 4])
      #expect(try await totals(("metric", "users")) == ["all": 3])
      #expect(try await totals(("metric", "users"), ("segment", "event")) == ["start": 2, "старый бот": 2])
      #expect(try await totals(("metric", "uses"), ("event", "старый бот")) == ["all": 2])
      try await migration.migrate(bot, to: "start")
      #expect(try await totals(("metric", "users"), ("segment", "event")) == ["start": 3])
      #expect(try await totals(("metric", "uses"), ("segment", "event")) == ["start": 4])
      try await migration.migrate(bot, to: nil)
      #expect(try await totals(("metric", "uses")) == ["all": 2])
    }
  }

  @Test func registrationToldLaterMovesTheUser() async throws {
    let day: Int64 = 86_400_000
    try await StatisticsBench.with { bench in
      func new() async throws -> [Int64] {
        let (_, answer) = try await bench.answer(
          [("metric", "new"), ("period", "5d"), ("divider", "24h")],
          bot: 1,
          now: Self.now
        )
        return answer.series[0].values
      }
      try await bench.add([TestEvent(bot: 1, user: 1, event: "start", time: Self.hour)])
      try await bench.count()
      #expect(try await new() == [0, 0, 0, 0, 1])
      let today = Self.now / 86_400 * 86_400
      try await bench.add([
        TestEvent(bot: 1, user: 1, event: "start", time: Self.hour, registered: today - 2 * day / 1000),
        TestEvent(bot: 1, user: 1, event: "start", time: Self.hour),
      ])
      try await bench.count()
      #expect(try await new() == [0, 0, 1, 0, 0])
      try await bench.add([TestEvent(bot: 1, user: 1, event: "start", time: Self.hour, registered: 1_300_000_000)])
      try await bench.count()
      #expect(try await new() == [0, 0, 0, 0, 0])
    }
  }
}
