import Redis
import TestSupport
import Testing

@Suite struct RedisOutageTests {
  @Test func aStoppedRedisIsSaidAtOnceAndRecoveredFromWithinASecond() async throws {
    try await APIServer.with(redisConfig: ["appendonly yes", "appendfsync always"]) { server async throws in
      #expect(try await server.event(1) == #"200 {"ok":true}"#)
      server.redis.kill()
      let isSaid = try await eventually { try await server.event(2).contains("redis_unavailable") }
      #expect(isSaid)
      #expect(try await server.online() == -1)
      try await server.redis.start()
      let clock = ContinuousClock()
      let back = clock.now
      let isTaken = try await eventually { try await server.event(3) == #"200 {"ok":true}"# }
      #expect(isTaken)
      #expect(clock.now - back < .seconds(25), "it tries again at least once a second")
      let areBoth = try await eventually { (try? await server.fragments().count) == 2 }
      #expect(areBoth, "both acknowledged events, nothing else")
    }
  }

  @Test func aPausedRedisLeavesTheOutcomeUnknown() async throws {
    try await APIServer.with { server async throws in
      server.redis.pause()
      let clock = ContinuousClock()
      let sent = clock.now
      let answer = try await server.event(1)
      let waited = clock.now - sent
      server.redis.resume()
      #expect(answer.contains("outcome_unknown"))
      #expect(waited < .seconds(25), "the deadline is 2 seconds; without one, the answer would never come")
      let isBack = try await eventually { try await server.event(2) == #"200 {"ok":true}"# }
      #expect(isBack)
    }
  }

  @Test func aRedisThatRefusesWritesIsNotAcknowledged() async throws {
    try await APIServer.with { server async throws in
      _ = try await server.client.send("CONFIG", "SET", "maxmemory", "1")
      let answer = try await server.event(1)
      #expect(answer.hasPrefix("503 "))
      #expect(answer.contains("redis_unavailable"))
      _ = try await server.client.send("CONFIG", "SET", "maxmemory", "0")
      #expect(try await server.fragments().isEmpty)
      #expect(try await server.event(1) == #"200 {"ok":true}"#)
    }
  }
}
