import NIOCore
import Redis
import TestSupport
import Testing

@Suite("RedisConnection against servers that misbehave")
struct MisbehavingServerTests {
  @Test("what isn't RESP2 fails what waits, and the connection is made anew")
  func garbage() async throws {
    let server = try await FakeServer { $0.contains("PING") ? "+PONG\r\n" : ":1\r\n<html>" }
    try await withConnection(to: server.endpoint) { connection in
      try await connection.send([[["A"]], [["B"]]])
      let lines = try await connection.lines(2)
      #expect(lines.first == "0.0=:1")
      #expect(lines.last?.hasPrefix("1!Redis sent what can't be understood: Protocol error, got \"<\"") == true)
      #expect(try await connection.becomes(ready: true))
    }
    try await server.close()
  }

  @Test("a reply too many closes the connection, since replies can't be matched any more")
  func unexpected() async throws {
    let server = try await FakeServer { $0.contains("PING") ? "+PONG\r\n" : ":1\r\n:2\r\n" }
    try await withConnection(to: server.endpoint) { connection in
      let states = try await connection.recordStates()
      try await connection.send([[["A"]]])
      #expect(try await connection.lines(1) == ["0.0=:1"])
      let told = try await connection.states(states, 2)
      #expect(told.count == 2 && told.last == "ready")
      #expect(told.first?.contains("a reply that nothing was sent for") == true)
    }
    try await server.close()
  }

  @Test("closed by the server in the middle of a batch: what was replied to stays so")
  func closedHalfway() async throws {
    let server = try await FakeServer { text in
      if text.contains("PING") { return "+PONG\r\n" }
      return text.contains("B") ? nil : ":1\r\n:2\r\n$5\r\nhal"
    }
    // On a busy machine the server may take its time to close.
    var patient = RedisConnectionConfiguration()
    patient.replyTimeout = .seconds(30)
    try await withConnection(to: server.endpoint, configuration: patient) { connection in
      try await connection.send([[["A"], ["A"], ["A"]]])
      #expect(try await connection.lines(2) == ["0.0=:1", "0.1=:2"])
      try await connection.send([[["B"]]], firstTag: 1)
      let error = RedisClientError.connectionLost
      #expect(try await connection.lines(4).suffix(2) == ["0!\(error)", "1!\(error)"])
    }
    try await server.close()
  }

  @Test("one that is loading its data is connected to, and its answer is the caller's")
  func loading() async throws {
    let server = try await FakeServer { _ in "-LOADING Redis is loading the dataset in memory\r\n" }
    try await withClient(of: server.endpoint) { client in
      await #expect(throws: RedisServerError(message: "LOADING Redis is loading the dataset in memory")) {
        try await client.send("GET", "a")
      }
    }
    try await server.close()
  }

  @Test("one that accepts and says nothing never counts as connected, and is tried again")
  func silent() async throws {
    let server = try await FakeServer { _ in "" }
    var configuration = RedisConnectionConfiguration()
    configuration.connectTimeout = .milliseconds(50)
    configuration.tick = .milliseconds(10)
    let client = RedisClient(endpoint: server.endpoint, configuration: configuration, logger: .quiet)
    #expect(try await eventually { await client.problem() != nil })
    await #expect(throws: RedisClientError.notConnected) { try await client.send("PING") }
    await client.shutdown()
    try await server.close()
  }
}
