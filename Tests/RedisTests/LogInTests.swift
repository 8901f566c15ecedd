import NIOCore
import Redis
import TestSupport
import Testing

@Suite("Logging in to a real redis-server")
struct LogInTests {
  @Test("with a password, over a Unix socket, into a database")
  func password() async throws {
    try await RedisServerProcess.with(password: "p@ss:w/rd") { server in
      let endpoint = try RedisEndpoint(url: "unix://:p%40ss%3Aw%2Frd@\(server.socketPath)?db=3")
      try await withClient(of: endpoint) { client in
        try await client.send("SET", "key", "in 3")
        #expect(try await client.send("CLIENT", "INFO").string?.contains(" db=3 ") == true)
      }
      try await withClient(of: server.endpoint) { client in
        let value = try await client.send("GET", "key")
        #expect(value.isNull)
      }
    }
  }

  @Test("as a user of an access list, over TCP")
  func user() async throws {
    let port = try freePort()
    let config = ["port \(port)", "bind 127.0.0.1", "user bot on >secret ~* +@all", "user default off"]
    try await RedisServerProcess.with(config: config, username: "bot", password: "secret") { _ in
      try await withClient(of: RedisEndpoint(url: "redis://bot:secret@127.0.0.1:\(port)/1")) { client in
        let name = try await client.send("ACL", "WHOAMI").string
        #expect(name == "bot")
        #expect(try await client.send("CLIENT", "INFO").string?.contains(" db=1 ") == true)
      }
      try await withClient(of: RedisEndpoint(url: "redis://bot:secret@localhost:\(port)")) { client in
        let answer = try await client.send("PING").string
        #expect(answer == "PONG")
      }
    }
  }

  @Test(
    "what is wrong is told",
    arguments: [
      ("", "NOAUTH"), (":wrong@", "WRONGPASS"), ("nobody:secret@", "WRONGPASS"), (":secret@", "out of range"),
    ]
  )
  func refused(credentials: String, problem: String) async throws {
    try await RedisServerProcess.with(password: "secret") { server in
      let endpoint = try RedisEndpoint(url: "unix://\(credentials)\(server.socketPath)?db=16")
      let client = RedisClient(endpoint: endpoint, logger: .quiet)
      let told = try await eventually { await client.problem()?.contains(problem) == true }
      let said = await client.problem() ?? ""
      #expect(told, "\(said)")
      await #expect(throws: RedisClientError.notConnected) { try await client.send("PING") }
      await client.shutdown()
    }
  }
}
