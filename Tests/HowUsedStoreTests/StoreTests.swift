import Logging
import Redis
import Testing
import TestSupport

@testable import HowUsedStore

struct StoreTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test("Without a Redis of the operator's, the private one is started and stopped again")
  func privateRedis() async throws {
    let folder = try TemporaryFolder()
    let configuration = StoreConfiguration(dataFolder: folder.path + "/data")
    let store = try await Store.open(configuration, waiting: .untilReady(.seconds(10)), logger: logger)
    #expect(store.keys.partitionCount == 16)
    #expect(try await store.client.send("PING").string == "PONG")
    let embedded = try #require(store.embedded)
    await store.close()
    #expect(!embedded.isAlive)
  }

  @Test("The recorded number of partitions is taken; asking for another is an error, and leaves nothing running")
  func partitions() async throws {
    let folder = try TemporaryFolder()
    var configuration = StoreConfiguration(dataFolder: folder.path, partitions: 32)
    let first = try await Store.open(configuration, waiting: .untilReady(.seconds(10)), logger: logger)
    try await PartitionCount.agree(first.keys.partitionCount, in: first.client, first.keys)
    await first.close()

    configuration.partitions = nil
    let second = try await Store.open(configuration, waiting: .untilReady(.seconds(10)), logger: logger)
    #expect(second.keys.partitionCount == 32)
    await second.close()

    configuration.partitions = 8
    await #expect(throws: StoreError.partitionsDiffer(recorded: 32, requested: 8)) {
      try await Store.open(configuration, waiting: .untilReady(.seconds(10)), logger: logger)
    }
    #expect(try !EmbeddedRedis(dataFolder: folder.path, logger: logger).isAlive)
  }

  @Test("Where Redis can't tell the number of partitions the archive does; asking for another is an error")
  func partitionsOfArchive() async throws {
    try await RedisServerProcess.with { redis in
      let folder = try TemporaryFolder()
      var configuration = StoreConfiguration(dataFolder: folder.path, redis: redis.endpoint)
      configuration.archive = ArchiveIdentity(id: "a", partitions: 32)
      let first = try await Store.open(configuration, waiting: .untilReady(.seconds(10)), logger: logger)
      #expect(first.keys.partitionCount == 32)
      await first.close()
      redis.kill()
      let store = try await Store.open(configuration, waiting: .atMost(.milliseconds(50)), logger: logger)
      #expect(store.keys.partitionCount == 32)
      await store.close()
      configuration.partitions = 16
      await #expect(throws: StoreError.partitionsDiffer(recorded: 32, requested: 16)) {
        try await Store.open(configuration, waiting: .atMost(.milliseconds(50)), logger: logger)
      }
    }
  }

  @Test("A Redis that takes long to load its data doesn't keep the server from starting")
  func loading() async throws {
    try await RedisServerProcess.with(config: ["rdbcompression no", "enable-debug-command yes"]) { redis in
      let client = RedisClient(endpoint: redis.endpoint, logger: logger)
      try await client.waitUntilReady(timeout: .seconds(30))
      // A tenth of a second for each key, answering in between.
      try await client.send("CONFIG", "SET", "key-load-delay", 100_000)
      try await client.send("CONFIG", "SET", "loading-process-events-interval-bytes", 1024)
      for key in 0..<300 { try await client.send("SET", "key\(key)", String(repeating: "x", count: 4096)) }
      let reloading = Task { try await client.send(RedisCommand("DEBUG", "RELOAD"), timeout: .seconds(60)) }
      let other = RedisClient(endpoint: redis.endpoint, logger: logger)
      try await other.waitUntilReady(timeout: .seconds(30))
      _ = try await eventually { ((try? await other.send("PING")) == nil) }
      let folder = try TemporaryFolder()
      let configuration = StoreConfiguration(dataFolder: folder.path, redis: redis.endpoint)
      let start = ContinuousClock.now
      let store = try await Store.open(configuration, waiting: .atMost(.milliseconds(100)), logger: logger)
      #expect(start.duration(to: .now) < .seconds(20), "loading takes 30 seconds")
      await store.close()
      reloading.cancel()
      await other.shutdown()
      await client.shutdown()
      redis.kill()
    }
  }

  @Test("What was asked for comes into force in a private Redis that runs already")
  func settings() async throws {
    let folder = try TemporaryFolder()
    let plain = StoreConfiguration(dataFolder: folder.path)
    let asking = StoreConfiguration(dataFolder: folder.path, durability: .always, memory: MemoryLimit(bytes: 99 << 20))
    let first = try await Store.open(plain, waiting: .untilReady(.seconds(10)), logger: logger)
    let second = try await Store.open(asking, waiting: .atMost(.seconds(10)), logger: logger)
    #expect(try await first.client.send("CONFIG", "GET", "appendfsync").array?.last?.string == "always")
    #expect(try await first.client.send("CONFIG", "GET", "maxmemory").array?.last?.int == 99 << 20)
    await second.close()
    await first.close()
  }

  @Test("A command says in one line that Redis isn't there; the server starts without it")
  func unreachable() async throws {
    let folder = try TemporaryFolder()
    let nowhere = RedisEndpoint(address: .unix(path: folder.path + "/none.sock"))
    let configuration = StoreConfiguration(dataFolder: folder.path, redis: nowhere, partitions: 4)
    let error = await #expect(throws: StoreError.self) {
      try await Store.open(configuration, waiting: .untilReady(.milliseconds(100)), logger: logger)
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(folder.path + "/none.sock"))
    #expect(!text.contains("\n"))

    let store = try await Store.open(configuration, waiting: .atMost(.milliseconds(100)), logger: logger)
    #expect(store.keys.partitionCount == 4)
    #expect(store.embedded == nil)
    await store.close()
  }
}
