import Logging
import NIOCore
import Redis
import TestSupport
import Testing

@Suite("RedisClient against a real redis-server")
struct RedisClientTests {
  @Test("commands, values and errors")
  func basics() async throws {
    try await withClientOfNewServer { client in
      #expect(try await client.send("PING") == .simple("PONG"))
      #expect(try await client.send("SET", "key", "значение") == .simple("OK"))
      #expect(try await client.send("GET", "key").string == "значение")
      #expect(try await client.send("GET", "none").isNull)
      #expect(try await client.send("INCRBY", "n", -42).int == -42)
      #expect(try await client.send("INCRBY", "n", Int.max).int == Int64(Int.max) - 42)
      #expect(
        try await client.send("RPUSH", "list", "a", ByteBuffer(string: "b"), [UInt8](repeating: 0, count: 3)).int == 3
      )
      #expect(try await client.send("LRANGE", "list", 0, -1).array?.map(\.string) == ["a", "b", "\0\0\0"])
      #expect(try await client.send("LRANGE", "no-list", 0, -1) == .array([]))
      await #expect(throws: RedisServerError.self) { try await client.send("INCR", "key") }
      do {
        try await client.send("LPUSH", "key", "x")
      } catch let error as RedisServerError {
        #expect(error.code == "WRONGTYPE")
      }
    }
  }

  @Test("a pipeline keeps errors in their places")
  func pipeline() async throws {
    try await withClientOfNewServer { client in
      let values = try await client.pipeline([["SET", "a", 1], ["LPUSH", "a", 2], ["NOSUCH"], ["INCR", "a"]])
      let codes = values.map { $0.error?.code }
      #expect(codes == [nil, "WRONGTYPE", "ERR", nil])
      #expect(values.last?.int == 2)
      #expect(try await client.pipeline([]).isEmpty)
    }
  }

  @Test("a stream is read in place, nested as XRANGE and XREAD nest it")
  func nested() async throws {
    try await withClientOfNewServer { client in
      let value = String(repeating: "v", count: 100)
      for start in stride(from: 0, to: 20_000, by: 1000) {
        try await client.pipeline((start..<start + 1000).map { ["XADD", "s", "1-\($0 + 1)", "e", "\($0)\(value)"] })
      }
      let sum = try await client.query(["XRANGE", "s", "-", "+"]) { reply in
        var count = 0
        reply.forEach { entry in
          let id = entry.withElement(0) { $0.string }
          let text = entry.withElement(1) { $0.withElement(1) { $0.string } }
          if id == "1-\(count + 1)", text == "\(count)\(value)", entry.count == 2 { count += 1 }
        }
        return count
      }
      #expect(sum == 20_000)
      let read = try await client.send("XREAD", "COUNT", 2, "STREAMS", "s", "0")
      #expect(read.array?.first?.array?.last?.array?.last?.array?.first?.string == "1-2")
    }
  }

  @Test("a value of 40 MB comes back whole")
  func large() async throws {
    try await withClientOfNewServer { client in
      let value = ByteBuffer(repeating: 0x61, count: 40_000_000)
      try await client.send(["SET", "large", value], timeout: .seconds(20))
      #expect(try await client.send(["GET", "large"], timeout: .seconds(20)).bytes == value)
    }
  }

  @Test("what the body of a query throws is thrown, and the connection goes on")
  func bodyThrows() async throws {
    struct Refused: Error {}
    try await withClientOfNewServer { client in
      let pong = try await client.send("PING").string
      await #expect(throws: Refused.self) { try await client.query(["PING"]) { _ in throw Refused() } }
      #expect(try await client.send("ECHO", "still here").string == "still here")
      #expect(pong == "PONG")
    }
  }

  @Test("not connected: says so at once")
  func notConnected() async throws {
    let client = RedisClient(endpoint: .init(address: .unix(path: "/nonexistent/redis.sock")), logger: .quiet)
    await #expect(throws: RedisClientError.notConnected) { try await client.send("PING") }
    await #expect(throws: RedisClientError.notConnected) { try await client.waitUntilReady(timeout: .milliseconds(50)) }
    #expect(try await eventually { await client.problem() != nil })
    await client.shutdown()
    await #expect(throws: RedisClientError.notConnected) { try await client.send("PING") }
  }
}
