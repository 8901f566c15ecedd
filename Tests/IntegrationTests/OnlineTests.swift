import HowUsedModel
import HowUsedStore
import Redis
import Testing

@Suite struct OnlineTests {
  @Test func anEventIsCountedByTheNextRequest() async throws {
    try await APIServer.with { server async throws in
      #expect(try await server.online() == 0)
      #expect(try await server.event(7) == #"200 {"ok":true}"#)
      #expect(try await server.online() == 1)
    }
  }

  @Test func theWindowEndsToTheSecond() async throws {
    try await APIServer.with { server async throws in
      try await server.event(1)
      server.clock.advance(byMilliseconds: 2_000)
      try await server.event(2)
      server.clock.advance(byMilliseconds: 119_000)
      // User 1 was seen 121 seconds ago, user 2 119 seconds ago.
      #expect(try await server.online() == 1)
      #expect(try await server.online(seconds: 122) == 2)
      #expect(try await server.online(seconds: 118) == 0)
      server.clock.advance(byMilliseconds: 480_000)
      // 601 and 599 seconds ago.
      #expect(try await server.online(seconds: 600) == 1)
      #expect(try await server.online(seconds: 1_000_000) == 1, "capped at 600")
    }
  }

  @Test func aUserIsCountedOnceHoweverOftenSeen() async throws {
    try await APIServer.with { server async throws in
      for _ in 0..<10 { try await server.event(7) }
      try await server.event(-100_123)
      #expect(try await server.online() == 2)
    }
  }

  @Test func aTimeThatComesLateDoesNotMakeAnyoneSeenLongerAgo() async throws {
    try await APIServer.with { server async throws in
      try await server.event(7)
      server.clock.advance(byMilliseconds: -60_000)
      try await server.event(7)
      server.clock.advance(byMilliseconds: 60_000 + 100_000)
      #expect(try await server.online(seconds: 100) == 1)
    }
  }

  @Test func botsNeverMix() async throws {
    try await APIServer.with { server async throws in
      try await server.event(7, bot: 1)
      try await server.event(7, bot: 2)
      try await server.event(8, bot: 2)
      #expect(try await server.online(bot: 1) == 1)
      #expect(try await server.online(bot: 2) == 2)
    }
  }

  @Test func aSilentBotCostsNothing() async throws {
    try await APIServer.with { server async throws in
      guard let bot = BotID(rawValue: 1) else { return }
      let key = server.keys.online(bot)
      try await server.event(1)
      server.clock.advance(byMilliseconds: 601_000)
      try await server.event(2)
      #expect(try await server.client.send("ZRANGE", key, 0, -1).array?.compactMap(\.string) == ["2"], "trimmed")
      let expiry = try await server.client.send("PTTL", key).int ?? 0
      #expect((600_000...620_000).contains(expiry))
    }
  }

  @Test func aReadWritesNothing() async throws {
    try await APIServer.with { server async throws in
      _ = try await server.online()
      #expect(try await server.client.send("DBSIZE").int == 0)
    }
  }
}
