import HowUsedModel
import Logging
import Redis
import Testing
import TestSupport

@testable import HowUsedStore

struct BotAdministrationTests {
  private let keys = KeySchema(partitions: 1)

  private func with(_ body: (BotAdministration, RedisClient) async throws -> Void) async throws {
    try await RedisServerProcess.with { server in
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let client = RedisClient(endpoint: server.endpoint, logger: logger)
      try await client.waitUntilReady(timeout: .seconds(30))
      try await body(BotAdministration(client: client, keys: keys), client)
      await client.shutdown()
    }
  }

  private func bot(_ number: Int64) throws -> BotID { try #require(BotID(rawValue: number)) }

  @Test("Bots are listed by id and shown as they were registered")
  func list() async throws {
    try await with { administration, _ in
      for number in [30, 4, 200] as [Int64] {
        try await administration.add(try bot(number), name: "bot \(number)", tokens: BotTokens())
      }
      #expect(try await administration.list().map(\.id.rawValue) == [4, 30, 200])
      #expect(try await administration.show(try bot(30)).name == "bot 30")
      try await administration.rename(try bot(30), to: "другой")
      #expect(try await administration.show(try bot(30)).name == "другой")
    }
  }

  @Test("What can't be done is refused, and changes nothing")
  func refusals() async throws {
    try await with { administration, _ in
      let id = try bot(1)
      let tokens = BotTokens()
      try await administration.add(id, name: "", tokens: tokens)
      await #expect(throws: StoreError.botExists(id)) {
        try await administration.add(id, name: "again", tokens: BotTokens())
      }
      #expect(try await administration.show(id).access(of: tokens.api.hash) == .api)
      await #expect(throws: StoreError.self) { try await administration.rotate(id, api: tokens.view, view: nil) }
      await #expect(throws: StoreError.self) {
        try await administration.add(try bot(2), name: "", tokens: BotTokens(api: tokens.api, view: tokens.api))
      }
      await #expect(throws: StoreError.self) {
        try await administration.add(try bot(2), name: String(repeating: "x", count: 201), tokens: BotTokens())
      }
      let unknown = StoreError.noSuchBot(try bot(2))
      await #expect(throws: unknown) { try await administration.show(try bot(2)) }
      await #expect(throws: unknown) { try await administration.rotate(try bot(2), api: .random(), view: nil) }
      await #expect(throws: unknown) { try await administration.remove(try bot(2), settling: .zero) }
    }
  }

  @Test("Removing a bot removes all of its keys and none of another's")
  func remove() async throws {
    try await with { administration, client in
      // One partition, so both live in it; 12's names start like 1's.
      for number in [1, 12] as [Int64] {
        let id = try bot(number)
        try await administration.add(id, name: "", tokens: BotTokens())
        try await client.send(OnlineSet(keys, id).add([(user: 7, time: 1)]))
        try await client.send("HSET", keys.updatesNames(keys.partition(of: id)), id.description, "legacy")
        try await client.send(EventStream(keys, keys.partition(of: id)).add("", id: "\(number)-0"))
      }
      #expect(try await administration.remove(try bot(1), settling: .zero) == 2)
      #expect(try await client.send("EXISTS", keys.online(try bot(1)), keys.online(try bot(12))).int == 1)
      let partition = keys.partition(of: try bot(1))
      #expect(try await client.send("HKEYS", keys.updatesNames(partition)).array?.compactMap(\.string) == ["12"])
      // What it did until now doesn't count any more, also if it comes back.
      let removals = try await client.send("HGETALL", keys.removals(partition)).array?.compactMap(\.string)
      #expect(removals == ["1", "12-0"])
      #expect(try await administration.list().map(\.id.rawValue) == [12])
    }
  }

  @Test("What an interrupted removal left is removed by the next one")
  func interruptedRemoval() async throws {
    try await with { administration, client in
      let id = try bot(1)
      try await administration.add(id, name: "", tokens: BotTokens())
      try await client.send(OnlineSet(keys, id).add([(user: 7, time: 1)]))
      try await client.send("HSET", keys.updatesNames(keys.partition(of: id)), id.description, "legacy")
      let removal = Task { try await administration.remove(id, settling: .seconds(60)) }
      let isRemoved = try await eventually { try await administration.list().isEmpty }
      #expect(isRemoved)
      removal.cancel()
      await #expect(throws: CancellationError.self) { try await removal.value }
      #expect(try await administration.remove(id, settling: .zero) == 2)
      #expect(try await client.send("EXISTS", keys.online(id)).int == 0)
      await #expect(throws: StoreError.noSuchBot(id)) { try await administration.remove(id, settling: .zero) }
    }
  }

  @Test("A change that comes too late doesn't bring a removed bot back, nor undo another change")
  func lateChange() async throws {
    try await with { administration, client in
      let id = try bot(1)
      let key = keys.bots(keys.partition(of: id))
      try await administration.add(id, name: "old", tokens: BotTokens())
      let before = try await administration.show(id)
      let json = try #require(try await client.send("HGET", key, id.description).string)
      try await administration.rename(id, to: "new")
      #expect(try await !administration.replace(json, by: before))
      #expect(try await administration.show(id).name == "new")
      try await administration.remove(id, settling: .zero)
      #expect(try await !administration.replace(json, by: before))
      #expect(try await administration.list().isEmpty)
    }
  }

  @Test("On a Redis above its maxmemory a bot is removed, and gets other tokens, all the same")
  func fullRedis() async throws {
    try await with { administration, client in
      let id = try bot(1)
      let stream = keys.events(keys.partition(of: id))
      try await administration.add(id, name: "", tokens: BotTokens())
      try await client.send("XADD", stream, "7-0", "e", "x")
      try await client.send("CONFIG", "SET", "maxmemory", 1)
      await #expect(throws: RedisServerError.self) { try await client.send("SET", "key", "value") }
      let token = Token.random()
      try await administration.rotate(id, api: token, view: nil)
      #expect(try await administration.show(id).access(of: token.hash) == .api)
      let version = try await client.send("GET", keys.botsVersion(keys.partition(of: id))).string
      try await administration.remove(id, settling: .zero)
      #expect(try await administration.list().isEmpty)
      #expect(try await client.send("GET", keys.botsVersion(keys.partition(of: id))).string != version)
      #expect(try await client.send("HGET", keys.removals(keys.partition(of: id)), id.description).string == "7-0")
    }
  }
}
