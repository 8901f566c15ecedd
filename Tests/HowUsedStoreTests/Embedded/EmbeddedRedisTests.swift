import Foundation
import Logging
import Redis
import Testing
import TestSupport

@testable import HowUsedStore

struct EmbeddedRedisTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func embedded(_ folder: String, durability: Durability = .everysec) throws -> EmbeddedRedis {
    try EmbeddedRedis(dataFolder: folder, durability: durability, memory: MemoryLimit(bytes: 64 << 20), logger: logger)
  }

  private func talk<Value: Sendable>(
    to redis: EmbeddedRedis,
    _ body: (RedisClient) async throws -> Value
  ) async throws -> Value {
    let client = RedisClient(endpoint: RedisEndpoint(address: .unix(path: redis.socket)), logger: logger)
    do {
      try await client.waitUntilReady(timeout: .seconds(30))
      // It may be loading still.
      _ = try await eventually { (try? await client.send("PING").string) == "PONG" }
      let value = try await body(client)
      await client.shutdown()
      return value
    } catch {
      await client.shutdown()
      throw error
    }
  }

  private func processID(of redis: EmbeddedRedis) async throws -> pid_t {
    let information = try await talk(to: redis) { try await $0.send("INFO", "server").string ?? "" }
    let line = try #require(information.split(separator: "\r\n").first { $0.hasPrefix("process_id:") })
    return try #require(pid_t(line.dropFirst("process_id:".count)))
  }

  @Test("It starts as configured, in a session of its own, and stops in order; what was written is there again")
  func startsAndStops() async throws {
    let folder = try TemporaryFolder()
    let redis = try embedded(folder.path)
    #expect(!redis.isAlive)
    try await redis.acquire()
    #expect(redis.isAlive)
    try await talk(to: redis) { client in
      for (name, value) in [
        ("appendonly", "yes"), ("appendfsync", "everysec"), ("maxmemory", "\(64 << 20)"), ("port", "0"),
        ("maxmemory-policy", "noeviction"), ("save", ""),
      ] {
        #expect(try await client.send("CONFIG", "GET", name).array?.last?.string == value)
      }
      try await client.send("SET", "kept", "yes")
    }
    let process = try await processID(of: redis)
    #expect(getsid(process) == process)
    await redis.release()
    #expect(!redis.isAlive)
    #expect(kill(process, 0) != 0)

    try await redis.acquire()
    #expect(try await talk(to: redis) { try await $0.send("GET", "kept").string } == "yes")
    await redis.release()
  }

  @Test("The folder's name may hold anything that a path may", arguments: ["with blank", "q\"uote\\s", "папка 🚀"])
  func oddNames(name: String) async throws {
    let folder = try TemporaryFolder()
    let redis = try embedded("\(folder.path)/\(name)")
    try await redis.acquire()
    #expect(try await talk(to: redis) { try await $0.send("PING").string } == "PONG")
    await redis.release()
    #expect(!redis.isAlive)
  }

  @Test("A path that is too long for a socket's address works")
  func longPath() async throws {
    let folder = try TemporaryFolder()
    let redis = try embedded(folder.path + "/" + String(repeating: "d", count: 200))
    try await redis.acquire()
    #expect(redis.socket.utf8.count <= 107)
    #expect(try await talk(to: redis) { try await $0.send("PING").string } == "PONG")
    await redis.release()
    #expect(!redis.isAlive)
  }

  @Test("The second user finds the first one's; the last one stops it")
  func shared() async throws {
    let folder = try TemporaryFolder()
    let first = try embedded(folder.path)
    let second = try embedded(folder.path)
    try await first.acquire()
    let process = try await processID(of: first)
    try await second.acquire()
    #expect(try await processID(of: second) == process)
    await first.release()
    #expect(second.isAlive)
    await second.release()
    #expect(!second.isAlive)
  }

  @Test("Many at once start one")
  func together() async throws {
    let folder = try TemporaryFolder()
    let redises = try (0..<8).map { _ in try embedded(folder.path) }
    try await withThrowingTaskGroup(of: pid_t.self) { group in
      for redis in redises {
        group.addTask {
          try await redis.acquire()
          return try await processID(of: redis)
        }
      }
      var processes: Set<pid_t> = []
      for try await process in group { processes.insert(process) }
      #expect(processes.count == 1)
    }
    await withTaskGroup(of: Void.self) { group in
      for redis in redises { group.addTask { await redis.release() } }
    }
    #expect(redises.allSatisfy { !$0.isAlive })
  }

  @Test("Starting and stopping in a crowd never loses what was written")
  func crowd() async throws {
    let folder = try TemporaryFolder()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<5 {
            let redis = try embedded(folder.path)
            try await redis.acquire()
            _ = try await talk(to: redis) { try await $0.send("INCR", "times") }
            await redis.release()
          }
        }
      }
      try await group.waitForAll()
    }
    let redis = try embedded(folder.path)
    try await redis.acquire()
    #expect(try await talk(to: redis) { try await $0.send("GET", "times").string } == "20")
    await redis.release()
  }

  @Test("While it is supervised, a crash is followed by a start")
  func supervised() async throws {
    let folder = try TemporaryFolder()
    let redis = try embedded(folder.path, durability: .always)
    try await redis.acquire()
    let supervision = Task { try await redis.supervise() }
    for round in 1...2 {
      _ = try await talk(to: redis) { try await $0.send("SET", "round", round) }
      let process = try await processID(of: redis)
      kill(process, SIGKILL)
      let another = try await eventually {
        (try? await processID(of: redis)).flatMap { $0 == process ? nil : $0 }
      }
      #expect(another != nil)
      #expect(try await talk(to: redis) { try await $0.send("GET", "round").string } == "\(round)")
    }
    supervision.cancel()
    _ = await supervision.result
    await redis.release()
    #expect(!redis.isAlive)
  }

  @Test("Without redis-server there's an error that names the package")
  func missing() async throws {
    let folder = try TemporaryFolder()
    let redis = try EmbeddedRedis(dataFolder: folder.path, searchPath: "/nowhere", logger: logger)
    let error = await #expect(throws: StoreError.self) { try await redis.acquire() }
    #expect(error == .redisServerMissing)
    #expect(error.map { "\($0)" }?.contains("apt-get install redis-server") == true)
  }

  @Test("One that can't start says why, from its own log")
  func cantStart() async throws {
    let folder = try TemporaryFolder()
    let redis = try embedded(folder.path)
    try "appendfsync sometimes\n".write(toFile: folder.path + "/redis/local.conf", atomically: true, encoding: .utf8)
    let error = await #expect(throws: StoreError.self) { try await redis.acquire() }
    #expect(error.map { "\($0)" }?.contains("failed") == true)
    #expect(!redis.isAlive)
  }

  @Test("A data folder that can't be one is told by name")
  func noFolder() throws {
    let folder = try TemporaryFolder()
    try "".write(toFile: folder.path + "/file", atomically: true, encoding: .utf8)
    #expect(throws: StoreError.self) { try embedded(folder.path + "/file") }
    #expect(throws: StoreError.self) { try embedded("") }
  }

  /// It forks to rewrite its append-only file; such a child outlives it when it is killed.
  @Test("A child that a killed one left behind doesn't keep it from being started again")
  func leftoverChild() async throws {
    let folder = try TemporaryFolder()
    let redis = try embedded(folder.path)
    try await redis.acquire()
    let process = try await processID(of: redis)
    try await talk(to: redis) { client in
      // Its child takes a minute for each key.
      try await client.send("CONFIG", "SET", "rdb-key-save-delay", 60_000_000)
      try await client.send("SET", "kept", "yes")
      try await client.send("BGREWRITEAOF")
      let isRewriting = try await eventually {
        try await client.send("INFO", "persistence").string?.contains("aof_rewrite_in_progress:1") == true
      }
      #expect(isRewriting)
    }
    kill(process, SIGKILL)
    let isSeen = try await eventually(within: .seconds(15)) { !redis.isAlive }
    #expect(isSeen, "taken for alive")
    // Both are in the session that it began.
    #expect(kill(-process, 0) == 0, "the child is gone already")
    if isSeen {
      await redis.release()
      try await redis.acquire()
      #expect(try await talk(to: redis) { try await $0.send("GET", "kept").string } == "yes")
    }
    kill(-process, SIGKILL)
    await redis.release()
    #expect(!redis.isAlive)
  }
}
