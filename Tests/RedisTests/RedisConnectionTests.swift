import NIOCore
import Redis
import TestSupport
import Testing

@Suite("RedisConnection against a real redis-server")
struct RedisConnectionTests {
  /// Deadlines short enough for a test, and long enough for a busy machine.
  static var hasty: RedisConnectionConfiguration {
    var configuration = RedisConnectionConfiguration()
    configuration.replyTimeout = .milliseconds(300)
    configuration.tick = .milliseconds(20)
    return configuration
  }

  @Test("replies come in order, errors in their places")
  func replies() async throws {
    try await RedisServerProcess.with { server in
      try await withConnection(to: server.endpoint) { connection in
        try await connection.send([[["SET", "a", 1], ["LPUSH", "a", 2]], [["INCR", "a"]], [["GET", "a"], ["NO"]]])
        let lines = try await connection.lines(5)
        #expect(lines.count == 5)
        #expect(lines[0] == "0.0=+OK")
        #expect(lines[1].hasPrefix("0.1=-WRONGTYPE"))
        #expect(Array(lines[2...3]) == ["1.0=:2", "2.0=\"2\""])
        #expect(lines[4].hasPrefix("2.1=-ERR unknown command"))
      }
    }
  }

  @Test("100,000 requests in bursts larger than any buffer")
  func bursts() async throws {
    try await RedisServerProcess.with { server in
      try await withConnection(to: server.endpoint) { connection in
        for burst in 0..<10 {
          try await connection.send(
            (0..<10_000).map { _ in [["INCR", "n"], ["APPEND", "t", "x"]] },
            firstTag: UInt64(burst) * 10_000
          )
        }
        let lines = try await connection.lines(200_000, within: .seconds(180))
        #expect(lines.count == 200_000)
        #expect(lines.last == "99999.1=:100000")
        let pending = try await connection.run { connection, _ in connection.pendingCount }
        #expect(pending == 0)
      }
    }
  }

  @Test("killed: what waits fails, the connection comes back, and nothing is sent again")
  func killed() async throws {
    try await RedisServerProcess.with { server in
      try await withConnection(to: server.endpoint) { connection in
        server.pause()
        try await connection.send([[["INCR", "n"], ["INCR", "n"]], [["INCR", "n"]]])
        server.kill()
        let error = RedisClientError.connectionLost
        #expect(try await connection.lines(2) == ["0!\(error)", "1!\(error)"])
        await #expect(throws: RedisClientError.notConnected) { try await connection.send([[["PING"]]]) }
        let isNoticed = try await eventually { try await connection.run { connection, _ in connection.problem != nil } }
        #expect(isNoticed)
        try await server.start()
        #expect(try await connection.becomes(ready: true, within: .seconds(1)))
        try await connection.send([[["GET", "n"]]], firstTag: 9)
        #expect(try await connection.lines(3).last == "9.0=null")
        let problem = try await connection.run { connection, _ in connection.problem }
        #expect(problem == nil)
      }
    }
  }

  @Test("paused: requests time out, the connection is given up, and is back when Redis goes on")
  func paused() async throws {
    try await RedisServerProcess.with { server in
      try await withConnection(to: server.endpoint, configuration: Self.hasty) { connection in
        server.pause()
        let start = ContinuousClock.now
        try await connection.send([[["INCR", "n"]], [["INCR", "n"]]])
        let error = RedisClientError.timedOut
        #expect(try await connection.lines(2) == ["0!\(error)", "1!\(error)"])
        #expect(ContinuousClock.now - start >= .milliseconds(300))
        await #expect(throws: RedisClientError.notConnected) { try await connection.send([[["PING"]]]) }
        server.resume()
        #expect(try await connection.becomes(ready: true, within: .seconds(2)))
        try await connection.send([[["GET", "n"]]], firstTag: 2)
        // Both had been sent and Redis found them in its socket: unknown to us then, but never more than once.
        #expect(try await connection.lines(3).last == "2.0=\"2\"")
      }
    }
  }

  @Test("a request's own timeout is in place of the connection's")
  func ownTimeout() async throws {
    try await RedisServerProcess.with { server in
      try await withConnection(to: server.endpoint, configuration: Self.hasty) { connection in
        try await connection.run { connection, log in
          try connection.send(commands: 1, handler: log.entry(0), timeout: .seconds(5)) { buffer in
            RedisCommand("BLPOP", "none", "0.6").write(to: &buffer)
          }
        }
        #expect(try await connection.lines(1) == ["0.0=null"])
      }
    }
  }

  @Test("refuses what doesn't fit, and takes it again later")
  func full() async throws {
    var configuration = RedisConnectionConfiguration()
    configuration.maxPending = 2
    try await RedisServerProcess.with { server in
      try await withConnection(to: server.endpoint, configuration: configuration) { connection in
        await #expect(throws: RedisClientError.queueFull) {
          try await connection.send([[["PING"]], [["PING"]], [["PING"]]])
        }
        #expect(try await connection.lines(2) == ["0.0=+PONG", "1.0=+PONG"])
        try await connection.send([[["PING"]]], firstTag: 2)
        #expect(try await connection.lines(3).last == "2.0=+PONG")
      }
    }
  }

  @Test("a handler may send when it's replied to, and when it's failed, and may close")
  func reentrant() async throws {
    try await RedisServerProcess.with { server in
      let connection = LoopConnection(server.endpoint)
      try await connection.start()
      try await connection.run { connection, log in
        log.onLine = { [unowned connection, unowned log] line in
          if line.hasPrefix("0.") {
            try? connection.send(commands: 1, handler: log.entry(1)) { RedisCommand("ECHO", "again").write(to: &$0) }
          } else if line.hasPrefix("2.") {
            connection.close()
          } else if line.hasPrefix("3!") {
            // It's closed by now: refused, but not a crash.
            try? connection.send(commands: 1, handler: log.entry(4)) { RedisCommand("PING").write(to: &$0) }
          }
        }
      }
      try await connection.send([[["PING"]]])
      #expect(try await connection.lines(2) == ["0.0=+PONG", "1.0=\"again\""])
      try await connection.send([[["PING"]], [["PING"]]], firstTag: 2)
      #expect(try await connection.lines(4).suffix(2) == ["2.0=+PONG", "3!\(RedisClientError.connectionLost)"])
      await #expect(throws: RedisClientError.notConnected) { try await connection.send([[["PING"]]]) }
    }
  }

  @Test("tells when it becomes ready and when not")
  func stateChanges() async throws {
    try await RedisServerProcess.with { server in
      let connection = LoopConnection(server.endpoint)
      let states = try await connection.recordStates()
      try await connection.start()
      try await server.restart()
      #expect(try await connection.states(states, 3) == ["ready", "\(RedisClientError.connectionLost)", "ready"])
      try await connection.close()
      #expect(try await connection.states(states, 4).last == "closed")
    }
  }
}
