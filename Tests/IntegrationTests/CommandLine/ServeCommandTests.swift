import Foundation
import HowUsedStore
import Logging
import Testing
import TestSupport

/// `howused serve` as a real process: how it starts and stops, and what commands do beside it.
struct ServeCommandTests {
  private func isRedisAlive(in folder: TemporaryFolder) throws -> Bool {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return try EmbeddedRedis(dataFolder: folder.path, logger: logger).isAlive
  }

  private func get(_ server: ServerProcess, _ path: String) async throws -> (status: Int, body: String) {
    let connection = try await HTTPConnection.connect(port: server.port)
    let response = try await connection.get(path)
    await connection.close()
    return (response.status, response.body)
  }

  private func post(_ server: ServerProcess, _ body: String) async throws -> String {
    let connection = try await HTTPConnection.connect(port: server.port)
    let response = try await connection.post("/api", body, contentType: "application/json")
    await connection.close()
    return response.body
  }

  @Test("It stops in order on SIGTERM and on Ctrl-C, its Redis last", arguments: [SIGTERM, SIGINT])
  func stops(signal: Int32) async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(dataFolder: folder.path)
    #expect(try await eventually { try await get(server, "/health").status == 200 })
    #expect(try isRedisAlive(in: folder))
    server.signal(signal)
    #expect(try await eventually { !server.isRunning }, "\(server.output)")
    #expect(try !isRedisAlive(in: folder))
  }

  @Test("It stops in time although a client never ends its request")
  func stopsInTime() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(dataFolder: folder.path)
    #expect(try await eventually { try await get(server, "/health").status == 200 })
    let connection = try await HTTPConnection.connect(port: server.port)
    let fields = "Host: localhost\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue"
    let unanswered = Task {
      try await connection.send(["POST /api HTTP/1.1\r\n\(fields)\r\n\r\n", "5\r\n"])
    }
    // The server has accepted it when it answers who came later.
    #expect(try await get(server, "/health").status == 200)
    // Left alone, the connection would be closed after three minutes.
    #expect(await server.stop() != nil, "\(server.output)")
    _ = await unanswered.result
    #expect(try !isRedisAlive(in: folder))
  }

  @Test("More connections than it may have files open don't end it")
  func openFiles() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(dataFolder: folder.path, options: ["--threads", "1"], openFiles: 128)
    #expect(try await eventually { try await get(server, "/health").status == 200 })
    var connections: [HTTPConnection] = []
    // Some may be refused or cut off, and so may who asks too early afterwards.
    for _ in 0..<200 {
      if let connection = try? await HTTPConnection.connect(port: server.port) { connections.append(connection) }
    }
    for connection in connections { await connection.close() }
    let isBack = try await eventually { (try? await get(server, "/health").status) == 200 }
    #expect(isBack && server.isRunning, "\(server.output)")
    await server.stop()
  }

  @Test("Where hardly any files may be opened it says so and ends")
  func fewOpenFiles() async throws {
    let folder = try TemporaryFolder()
    let failure = await #expect(throws: ServerProcess.StartError.self) {
      try await ServerProcess(dataFolder: folder.path, options: ["--threads", "1"], openFiles: 64)
    }
    #expect(failure?.description.contains("ulimit") == true)
  }

  @Test("Commands beside a running server take effect in it, and leave its Redis alone")
  func besides() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(dataFolder: folder.path)
    let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path])
    let event = #"{"botId":7,"apiToken":"my-api-token","requestType":"event","event":"hello","userId":1}"#
    #expect(try await howused.run("bot", "add", "7", "--api-token", "my-api-token", "--allow-short-tokens").status == 0)
    #expect(try await eventually { try await post(server, event) == #"{"ok":true}"# })
    #expect(try await howused.run("bot", "show", "7").output.contains("online:     1 "))
    #expect(try await howused.run("bot", "rotate", "7").status == 0)
    #expect(try await eventually { try await post(server, event).contains("unauthorized") })
    #expect(try isRedisAlive(in: folder))
    await server.stop()
    #expect(try !isRedisAlive(in: folder))
  }

  @Test("After kill -9 the next start finds the Redis that was left alone, with all that it held")
  func adopted() async throws {
    let folder = try TemporaryFolder()
    let first = try await ServerProcess(dataFolder: folder.path)
    #expect(try await eventually { try await get(first, "/health").status == 200 })
    first.kill()
    #expect(try isRedisAlive(in: folder))
    let process = try String(contentsOfFile: folder.path + "/redis/redis.pid", encoding: .utf8)
    let second = try await ServerProcess(dataFolder: folder.path)
    #expect(try await eventually { try await get(second, "/health").status == 200 })
    #expect(try String(contentsOfFile: folder.path + "/redis/redis.pid", encoding: .utf8) == process)
    await second.stop()
    #expect(try !isRedisAlive(in: folder))
  }

  @Test("When its Redis dies it is started again, and events are taken again")
  func redisDies() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(dataFolder: folder.path, options: ["--durability", "always"])
    #expect(try await eventually { try await get(server, "/health").status == 200 })
    let text = try String(contentsOfFile: folder.path + "/redis/redis.pid", encoding: .utf8)
    let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    kill(process, SIGKILL)
    let isBack = try await eventually {
      let now = try String(contentsOfFile: folder.path + "/redis/redis.pid", encoding: .utf8)
      guard now != text else { return false }
      return try await get(server, "/health").status == 200
    }
    #expect(isBack, "\(server.output)")
    await server.stop()
  }

  @Test("A Redis that isn't there yet: it starts, answers 503, and recovers by itself")
  func withoutRedis() async throws {
    try await RedisServerProcess.with { redis in
      redis.kill()
      let folder = try TemporaryFolder()
      let server = try await ServerProcess(dataFolder: folder.path, options: ["--redis-url", redis.url])
      #expect(try await get(server, "/health").status == 503)
      let online = #"{"botId":7,"apiToken":"my-api-token","requestType":"getOnline"}"#
      #expect(try await post(server, online).contains(#""error_code":503"#))
      try await redis.start()
      let isBack = try await eventually { try await get(server, "/health").status == 200 }
      #expect(isBack)
      #expect(try await post(server, online).contains("unauthorized"))
      await server.stop()
    }
  }

  @Test("A port that is taken, and another number of partitions, are one clear line and exit code 1")
  func refusals() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(dataFolder: folder.path + "/a")
    let taken = try await HowUsedProgram().run(
      "serve",
      "--port",
      "\(server.port)",
      "--data-dir",
      folder.path + "/b",
      "--log-level",
      "error"
    )
    #expect(taken.status == 1)
    #expect(taken.error.contains("can't listen on 127.0.0.1 port \(server.port)"), "\(taken.error)")

    #expect(try await eventually { try await get(server, "/health").status == 200 })
    let other = try await HowUsedProgram().run(
      "serve",
      "--port",
      "0",
      "--partitions",
      "8",
      "--data-dir",
      folder.path + "/a",
      "--log-level",
      "error"
    )
    #expect(other.status == 1)
    #expect(other.error.contains("set up with 16 partitions, but 8 were asked for"), "\(other.error)")
    #expect(server.isRunning)
    await server.stop()
  }
}
