import NIOCore
import Redis
import TestSupport
import Testing

@Suite("RedisClient's tasks")
struct RedisClientTaskTests {
  @Test("a task that is cancelled stops waiting, and the replies of the others stay right")
  func cancellation() async throws {
    try await RedisServerProcess.with { server in
      try await withClient(of: server.endpoint) { client in
        server.pause()
        let cancelled = Task { try await client.send("ECHO", "a") }
        let kept = Task { try await client.pipeline([["ECHO", "b"], ["ECHO", "c"]]).map(\.string) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        server.resume()
        let values = try await kept.value
        #expect(values == ["b", "c"])
        #expect(try await client.send("ECHO", "d").string == "d")
      }
    }
  }

  @Test("a task that was cancelled before sends nothing")
  func cancelledBefore() async throws {
    try await withClientOfNewServer { client in
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        try await client.send("INCR", "n")
      }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      let value = try await client.send("GET", "n")
      #expect(value.isNull)
    }
  }

  @Test("many tasks at once")
  func many() async throws {
    try await withClientOfNewServer { client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<2000 {
          group.addTask {
            let text = try await client.send("ECHO", number).string
            #expect(text == "\(number)")
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("shutting down fails what waits")
  func shutdown() async throws {
    try await RedisServerProcess.with { server in
      var patient = RedisConnectionConfiguration()
      patient.replyTimeout = .seconds(30)
      let client = RedisClient(endpoint: server.endpoint, configuration: patient, logger: .quiet)
      try await client.waitUntilReady(timeout: .seconds(30))
      let waiting = Task { try await client.send("BLPOP", "none", 0) }
      try await withClient(of: server.endpoint) { observer in
        let isBlocked = try await eventually {
          try await observer.send("INFO", "clients").string?.contains("blocked_clients:1") == true
        }
        #expect(isBlocked)
      }
      await client.shutdown()
      await #expect(throws: RedisClientError.connectionLost) { try await waiting.value }
      await #expect(throws: RedisClientError.notConnected) { try await client.send("PING") }
    }
  }
}
