import HowUsedModel
import HowUsedStore
import Logging
import NIOCore
import Redis
import Synchronization
import TestSupport
import Testing

@testable import HowUsedStatistics

@Suite struct LiveHubTests {
  private struct Bench {
    let server: RedisServerProcess
    let client: RedisClient
    let hub: LiveHub
    let keys = KeySchema(partitions: 4)
    let bot: BotID

    /// Makes a user seen as long ago as this.
    func see(_ user: Int, secondsAgo: Int64, clock: RedisClock) async throws {
      let seen = (user: Int64(user), time: clock.nowMilliseconds - secondsAgo * 1000)
      try await client.send(OnlineSet(keys, bot).add([seen]))
    }
  }

  private struct FixedUses: RecentUsesReading {
    func recentUses(of bots: Set<BotID>) async -> [BotID: RecentUses] {
      Dictionary(uniqueKeysWithValues: bots.map { ($0, RecentUses(usesLastMinute: 10 + $0.rawValue, asOf: 77)) })
    }
  }

  private static let now: Int64 = 1_795_341_600_000

  private func run(
    config: [String] = [],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Bench, RedisClock) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let clock = RedisClock.manual(milliseconds: Self.now)
    try await RedisServerProcess.with(config: config) { server in
      let client = RedisClient(endpoint: server.endpoint, logger: logger)
      try await client.waitUntilReady(timeout: .seconds(30))
      let hub = LiveHub(
        client: client,
        keys: KeySchema(partitions: 4),
        clock: clock,
        recentUses: FixedUses(),
        interval: .milliseconds(50),
        logger: logger
      )
      let service = Task { try await hub.run() }
      do {
        let bot = try #require(BotID(rawValue: 1))
        try await body(Bench(server: server, client: client, hub: hub, bot: bot), clock)
      } catch {
        service.cancel()
        await client.shutdown()
        throw error
      }
      service.cancel()
      try await service.value
      await client.shutdown()
    }
  }

  /// Reads until a message begins with this; nil at the end.
  private func next(
    _ beginning: String,
    _ viewer: inout AsyncStream<ByteBuffer>.AsyncIterator,
    isolation: isolated (any Actor)? = #isolation
  ) async -> String? {
    while let message = await viewer.next(isolation: isolation) {
      let text = String(buffer: message)
      if text.hasPrefix(beginning) { return text }
    }
    return nil
  }

  @Test func everyoneIsToldAllWindowsOfOneMoment() async throws {
    try await run { bench, clock async throws in
      for (user, ago) in [(1, 10), (2, 90), (3, 200), (4, 400), (5, 599)] {
        try await bench.see(user, secondsAgo: Int64(ago), clock: clock)
      }
      let windows = #""windows":{"60":1,"120":2,"300":3,"600":5},"uses":11,"asOf":77}"#
      for (seconds, online) in [(120, 2), (600, 5), (210, 3), (1, 0)] {
        let window = LiveWindow(bot: bench.bot, seconds: seconds)
        let messages = bench.hub.join(window) {}
        var viewer = try #require(messages).makeAsyncIterator()
        #expect(await next("", &viewer) == "retry: 1000\n\n")
        let data = await next("data: ", &viewer)
        #expect(data == "data: {\"time\":\(Self.now),\"online\":\(online),\(windows)\n\n")
      }
    }
  }

  @Test func allViewersShareTheCounts() async throws {
    try await run { bench, clock async throws in
      try await bench.see(5, secondsAgo: 0, clock: clock)
      let viewers = try (0..<200).map { _ in
        let messages = bench.hub.join(LiveWindow(bot: bench.bot, seconds: 120)) {}
        return try #require(messages)
      }
      #expect(bench.hub.viewerCount == 200)
      try await bench.client.send("CONFIG", "RESETSTAT")
      // Three messages with data for everyone.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for viewer in viewers {
          group.addTask {
            var told = 0
            for await message in viewer {
              let text = String(buffer: message)
              // Neither the greeting nor, on a busy machine, that Redis is waited for.
              guard text.hasPrefix("data: ") else { continue }
              #expect(text.contains(#""online":1,"#))
              told += 1
              if told == 3 { return }
            }
          }
        }
        try await group.waitForAll()
      }
      let stats = try await bench.client.send("INFO", "commandstats").string ?? ""
      let line = stats.split(whereSeparator: \.isNewline).first { $0.contains("cmdstat_zcount:") }
      let calls = line.flatMap { $0.split(separator: ",").first?.split(separator: "=").last.flatMap { Int($0) } }
      #expect((calls ?? 1000) < 80, "\(line ?? "")")
    }
  }

  @Test func manyBotsAreAskedForInParts() async throws {
    try await run { bench, clock async throws in
      var viewers: [AsyncStream<ByteBuffer>] = []
      for number in 1...100 {
        let bot = try #require(BotID(rawValue: Int64(number)))
        let window = LiveWindow(bot: bot, seconds: number)
        let messages = bench.hub.join(window) {}
        viewers.append(try #require(messages))
      }
      for (index, viewer) in viewers.enumerated() {
        var viewer = viewer.makeAsyncIterator()
        #expect(await next("data: ", &viewer)?.contains(#""uses":\#(11 + index),"#) == true)
      }
    }
  }

  @Test func viewersAreLimitedByBotAndAddress() async throws {
    try await run { bench, _ async throws in
      let window = LiveWindow(bot: bench.bot, seconds: 120)
      let limits = LiveHub.viewerLimits
      var viewers = (0..<limits.address).compactMap { _ in bench.hub.join(window, address: "192.0.2.1") {} }
      #expect(viewers.count == limits.address)
      #expect(bench.hub.join(window, address: "192.0.2.1") {} == nil)
      viewers += (0..<limits.bot).compactMap { _ in bench.hub.join(window) {} }
      #expect(viewers.count == limits.bot)
      let other = try #require(BotID(rawValue: 2))
      #expect(bench.hub.join(LiveWindow(bot: other, seconds: 120), address: "192.0.2.2") {} != nil)
      viewers.removeAll()
      let isFree = try await eventually { bench.hub.join(window, address: "192.0.2.1") {} != nil }
      #expect(isFree)
    }
  }

  @Test func viewersWhoLeaveAreForgotten() async throws {
    try await run { bench, _ async throws in
      do {
        var viewer = bench.hub.join(LiveWindow(bot: bench.bot, seconds: 120)) {}?.makeAsyncIterator()
        _ = await viewer?.next(isolation: #isolation)
        #expect(bench.hub.viewerCount == 1)
        viewer = nil
      }
      let isEmpty = try await eventually { bench.hub.viewerCount == 0 }
      #expect(isEmpty)
    }
  }

  @Test func whoDoesNotReadIsDropped() async throws {
    try await run { bench, _ async throws in
      let dropped = Flag()
      let joined = bench.hub.join(LiveWindow(bot: bench.bot, seconds: 120)) { dropped.raise() }
      let viewer = try #require(joined)
      let isDropped = try await eventually { dropped.isRaised }
      #expect(isDropped)
      let isEmpty = try await eventually { bench.hub.viewerCount == 0 }
      #expect(isEmpty)
      _ = viewer
    }
  }

  @Test func survivesRedis() async throws {
    try await run { bench, _ async throws in
      let messages = bench.hub.join(LiveWindow(bot: bench.bot, seconds: 120)) {}
      var viewer = try #require(messages).makeAsyncIterator()
      #expect(await next("data: ", &viewer) != nil)
      bench.server.kill()
      #expect(await next(": waiting for Redis\n\n", &viewer) != nil)
      try await bench.server.start()
      #expect(await next("data: ", &viewer) != nil)
    }
  }

  /// As while it is loading: it answers, but with errors.
  @Test func whileRedisAnswersWithErrorsViewersAreToldSo() async throws {
    try await run { bench, clock async throws in
      let messages = bench.hub.join(LiveWindow(bot: bench.bot, seconds: 120)) {}
      var viewer = try #require(messages).makeAsyncIterator()
      #expect(await next("data: ", &viewer) != nil)
      try await bench.client.send("SET", bench.keys.online(bench.bot), "not a sorted set")
      #expect(await next(": waiting for Redis\n\n", &viewer) != nil)
      #expect(await next(": waiting for Redis\n\n", &viewer) != nil, "each second, so that the connection stays alive")
      try await bench.client.send("DEL", bench.keys.online(bench.bot))
      #expect(await next("data: ", &viewer) != nil)
    }
  }

  private final class Flag: Sendable {
    private let state = Mutex(false)
    var isRaised: Bool { state.withLock { $0 } }
    func raise() { state.withLock { $0 = true } }
  }
}
