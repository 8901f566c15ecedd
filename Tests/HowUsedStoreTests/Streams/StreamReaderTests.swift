import HowUsedModel
import Logging
import Redis
import TestSupport
import Testing

@testable import HowUsedStore

/// Two readers of one partition, over a real Redis.
struct StreamReaderTests {
  private static let keys = KeySchema(partitions: 1)
  private static let partition = keys.partitions[0]

  private static func fragment(_ number: Int) -> String { #""botId":1,"userId":\#(number),"event":"start""# }

  private struct Rig {
    let server: RedisServerProcess
    let client: RedisClient
    let reader: StreamReader

    /// Adds entries with the ids `from-0`…`through-0`.
    func add(_ numbers: ClosedRange<Int>) async throws {
      let stream = EventStream(keys, partition)
      _ = try await client.pipeline(numbers.map { stream.add(fragment($0), id: "\($0)-0") })
    }

    /// How often streams were read from Redis.
    func reads() async throws -> Int {
      let stats = try await client.send("INFO", "commandstats").string ?? ""
      let line = stats.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_xrange:calls=") }
      return line.flatMap { Int($0.dropFirst("cmdstat_xrange:calls=".count).prefix { $0.isNumber }) } ?? 0
    }

    func next(after number: Int, count: Int = 100) async throws -> StreamEntries {
      try await reader.next(partition, after: StreamID(milliseconds: UInt64(number)), count: count)
    }
  }

  private func with(keptBytes: Int = 1 << 20, _ body: (Rig) async throws -> Void) async throws {
    try await RedisServerProcess.with { server in
      let client = RedisClient(
        endpoint: server.endpoint,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      )
      try await client.waitUntilReady(timeout: .seconds(30))
      let reader = StreamReader(client: client, keys: Self.keys, keptBytes: keptBytes)
      try await body(Rig(server: server, client: client, reader: reader))
      await client.shutdown()
    }
  }

  private func numbers(_ entries: StreamEntries) -> [Int] {
    var numbers: [Int] = []
    _ = entries.forEach { entry in
      let number = Int(entry.id.milliseconds)
      #expect(String(decoding: entry.idText, as: UTF8.self) == "\(entry.id)")
      #expect(String(decoding: entry.fragment, as: UTF8.self) == Self.fragment(number))
      #expect(entry.event?.userID.rawValue == Int64(number))
      numbers.append(number)
      return true
    }
    return numbers
  }

  @Test("The second reader takes what the first has read, whole or from the middle, and asks Redis for the rest")
  func shares() async throws {
    try await with { rig in
      try await rig.add(1...250)
      #expect(numbers(try await rig.next(after: 0)) == Array(1...100))
      #expect(numbers(try await rig.next(after: 100)) == Array(101...200))
      let last = try await rig.next(after: 200)
      #expect(numbers(last) == Array(201...250))
      #expect(last.isEnd)
      #expect(try await rig.reads() == 3)

      #expect(numbers(try await rig.next(after: 30)) == Array(31...100))
      #expect(numbers(try await rig.next(after: 100)) == Array(101...200))
      let kept = try await rig.next(after: 200)
      #expect(numbers(kept) == Array(201...250))
      // There may be more by now.
      #expect(!kept.isEnd)
      #expect(try await rig.reads() == 3)

      try await rig.add(251...260)
      #expect(numbers(try await rig.next(after: 250)) == Array(251...260))
      #expect(numbers(try await rig.next(after: 250)) == Array(251...260))
      #expect(try await rig.reads() == 4)
      // Both have had it.
      #expect(numbers(try await rig.next(after: 250)) == Array(251...260))
      #expect(try await rig.reads() == 5)
    }
  }

  @Test("What was read from a Redis that is gone is read anew")
  func restart() async throws {
    try await with { rig in
      try await rig.add(1...10)
      #expect(numbers(try await rig.next(after: 0)) == Array(1...10))
      try await rig.server.restart()
      let isBack = try await eventually { (try? await rig.client.send("PING"))?.string == "PONG" }
      #expect(isBack)
      #expect(try await rig.next(after: 0).count == 0)
    }
  }

  @Test("What doesn't fit into the memory for it is read twice")
  func bound() async throws {
    try await with(keptBytes: 8000) { rig in
      try await rig.add(1...100)
      #expect(numbers(try await rig.next(after: 0, count: 20)) == Array(1...20))
      #expect(numbers(try await rig.next(after: 20, count: 80)) == Array(21...100))
      #expect(numbers(try await rig.next(after: 0, count: 20)) == Array(1...20))
      #expect(try await rig.reads() == 2)
      #expect(numbers(try await rig.next(after: 20, count: 80)) == Array(21...100))
      #expect(try await rig.reads() == 3)
    }
  }

  @Test("Entries that aren't ours have no event")
  func foreign() async throws {
    try await with { rig in
      let key = Self.keys.events(Self.partition)
      try await rig.client.send("XADD", key, "1-0", "x", Self.fragment(1))
      try await rig.client.send("XADD", key, "2-0", "e", Self.fragment(2), "f", "more")
      try await rig.client.send("XADD", key, "3-0", "e", "something else")
      try await rig.client.send("XADD", key, "4-0", "e", Self.fragment(4))
      var users: [Int64?] = []
      _ = try await rig.next(after: 0).forEach { entry in
        users.append(entry.event?.userID.rawValue)
        return true
      }
      #expect(users == [nil, nil, nil, 4])
    }
  }
}
