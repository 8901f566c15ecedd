import HowUsedModel
import HowUsedStore
import NIOCore
import Redis
import Synchronization
import TestSupport
import Testing

@testable import HowUsedStatistics

@Suite struct LiveHubTests {
  private func run(
    _ bench: StatisticsBench,
    _ body: (LiveHub, LiveWindow) async throws -> Void
  ) async throws {
    let hub = LiveHub(
      client: bench.client,
      schema: bench.schema,
      clock: RedisClock(),
      interval: .milliseconds(50),
      logger: StatisticsBench.logger
    )
    let service = Task { try await hub.run() }
    defer { service.cancel() }
    let window = LiveWindow(bot: try #require(BotID(rawValue: 1)), seconds: 120)
    try await body(hub, window)
    service.cancel()
    try await service.value
  }

  @Test func allViewersShareOneCount() async throws {
    try await StatisticsBench.with { bench in
      try await bench.client.send("ZADD", bench.schema.online(try #require(BotID(rawValue: 1))), "9999999999999", 5)
      try await run(bench) { hub, window async throws in
        let viewers = try (0..<200).map { _ in try #require(hub.join(window) {}) }
        #expect(hub.viewerCount == 200)
        try await bench.client.send("CONFIG", "RESETSTAT")
        // Three messages after the greeting, for everyone.
        try await withThrowingTaskGroup(of: Void.self) { group in
          for viewer in viewers {
            group.addTask {
              var told = 0
              for await message in viewer {
                let text = String(buffer: message)
                if told == 0 {
                  #expect(text == "retry: 1000\n\n")
                } else {
                  #expect(text.contains(#""online":1,"uses":0}"#))
                }
                told += 1
                if told == 4 { return }
              }
            }
          }
          try await group.waitForAll()
        }
        let stats = try await bench.client.send("INFO", "commandstats").string ?? ""
        let line = stats.split(whereSeparator: \.isNewline).first { $0.contains("cmdstat_zcount:") }
        let calls = line.flatMap { $0.split(separator: ",").first?.split(separator: "=").last.flatMap { Int($0) } }
        #expect((calls ?? 1000) < 20, "\(line ?? "")")
      }
    }
  }

  @Test func viewersWhoLeaveAreForgotten() async throws {
    try await StatisticsBench.with { bench in
      try await run(bench) { hub, window async throws in
        do {
          var viewer = hub.join(window) {}?.makeAsyncIterator()
          _ = await viewer?.next()
          #expect(hub.viewerCount == 1)
          viewer = nil
        }
        #expect(try await eventually { hub.viewerCount == 0 })
      }
    }
  }

  @Test func whoDoesNotReadIsDropped() async throws {
    try await StatisticsBench.with { bench in
      try await run(bench) { hub, window async throws in
        let dropped = ExactlyOnceTests.Flag()
        let viewer = try #require(hub.join(window) { dropped.raise() })
        #expect(try await eventually { dropped.isRaised })
        #expect(try await eventually { hub.viewerCount == 0 })
        _ = viewer
      }
    }
  }

  @Test func survivesRedis() async throws {
    try await StatisticsBench.with { bench in
      try await run(bench) { hub, window async throws in
        var viewer = try #require(hub.join(window) {}).makeAsyncIterator()
        func next(_ beginning: String) async -> Bool {
          while let message = await viewer.next() {
            if String(buffer: message).hasPrefix(beginning) { return true }
          }
          return false
        }
        #expect(await next("data: "))
        bench.server.kill()
        #expect(await next(": "))
        try await bench.server.start()
        #expect(await next("data: "))
      }
    }
  }
}
