import HowUsedModel
import Logging
import Redis
import Synchronization
import Testing
import TestSupport

@testable import HowUsedStore

struct BotRegistryTests {
  private let keys = KeySchema(partitions: 4)

  /// A registry that runs, and the operator's side of it, on a Redis of their own.
  private func with(
    _ body: (RedisServerProcess, BotRegistry, BotAdministration, RedisClient) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    try await RedisServerProcess.with(config: ["appendonly yes", "appendfsync always"]) { server in
      let client = RedisClient(endpoint: server.endpoint, logger: logger)
      let other = RedisClient(endpoint: server.endpoint, logger: logger)
      try await client.waitUntilReady(timeout: .seconds(30))
      let registry = BotRegistry(client: other, keys: keys, logger: logger)
      let running = Task { try await registry.run() }
      try await body(server, registry, BotAdministration(client: client, keys: keys), client)
      running.cancel()
      _ = await running.result
      await client.shutdown()
      await other.shutdown()
    }
  }

  private func bot(_ number: Int64) throws -> BotID { try #require(BotID(rawValue: number)) }

  @Test("A new, a rotated and a removed bot take effect within two seconds, without asking")
  func takesEffect() async throws {
    let id = try bot(42)
    let first = BotTokens()
    let second = Token.random()
    try await with { _, registry, administration, _ in
      let isLoaded = try await eventually { registry.snapshot.isLoaded }
      #expect(isLoaded)
      try await administration.add(id, name: "b", tokens: first)
      let isAdded = try await eventually { registry.snapshot[id]?.access(of: first.api.hash) == .api }
      #expect(isAdded)
      #expect(registry.snapshot[id]?.access(of: first.view.hash) == .view)

      try await administration.rotate(id, api: second, view: nil)
      let isRevoked = try await eventually { registry.snapshot[id]?.access(of: first.api.hash) == nil }
      #expect(isRevoked)
      #expect(registry.snapshot[id]?.access(of: second.hash) == .api)
      #expect(registry.snapshot[id]?.access(of: first.view.hash) == .view)

      try await administration.remove(id, settling: .zero)
      let isRemoved = try await eventually { registry.snapshot[id] == nil }
      #expect(isRemoved)
      #expect(registry.snapshot.isLoaded)
    }
  }

  @Test("Observers get the present snapshot and each change, once and in order")
  func observers() async throws {
    let seen = Mutex<[[Int64]]>([])
    try await with { _, registry, administration, _ in
      let isLoaded = try await eventually { registry.snapshot.isLoaded }
      #expect(isLoaded)
      registry.observe { snapshot in seen.withLock { $0.append(snapshot.bots.keys.map(\.rawValue).sorted()) } }
      for number in [1, 2] as [Int64] {
        try await administration.add(try bot(number), name: "", tokens: BotTokens())
        let last = (1...number).map { $0 }
        let isTold = try await eventually { seen.withLock { $0.last } == last }
        #expect(isTold)
      }
      // Nothing changes: nobody is told.
      try await registry.refresh(everything: true)
    }
    #expect(seen.withLock { $0 } == [[], [1], [1, 2]])
  }

  @Test("While Redis is away the last snapshot stands; afterwards changes come through again")
  func redisAway() async throws {
    let id = try bot(42)
    try await with { server, registry, administration, client in
      try await administration.add(id, name: "", tokens: BotTokens())
      let isThere = try await eventually { registry.snapshot[id] != nil }
      #expect(isThere)
      server.kill()
      await #expect(throws: (any Error).self) { try await registry.refresh() }
      #expect(registry.snapshot[id] != nil)
      try await server.start()
      try await client.waitUntilReady(timeout: .seconds(30))
      try await administration.remove(id, settling: .zero)
      let isGone = try await eventually { registry.snapshot[id] == nil }
      #expect(isGone)
    }
  }

  @Test("Another number of partitions than the recorded one is refused")
  func partitions() async throws {
    try await with { server, registry, _, client in
      let isLoaded = try await eventually { registry.snapshot.isLoaded }
      #expect(isLoaded)
      let other = BotRegistry(client: client, keys: KeySchema(partitions: 8), logger: Logger(label: "test"))
      let expected = StoreError.partitionsDiffer(recorded: 4, requested: 8)
      await #expect(throws: expected) { try await other.run() }
      #expect(!other.snapshot.isLoaded)
      #expect(try await PartitionCount.recorded(in: client, keys) == 4)
      try await client.send("HSET", keys.meta, "partitions", "many")
      await #expect(throws: StoreError.unreadableMeta("many")) { try await PartitionCount.recorded(in: client, keys) }
    }
  }

  @Test("A record that can't be read is left out, the others stay")
  func unreadableRecord() async throws {
    try await with { _, registry, administration, client in
      try await administration.add(try bot(1), name: "", tokens: BotTokens())
      try await client.send("HSET", keys.bots(keys.partition(of: try bot(2))), "2", "not JSON")
      try await registry.refresh(everything: true)
      #expect(registry.snapshot.bots.keys.map(\.rawValue) == [1])
    }
  }
}
