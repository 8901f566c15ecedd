import HowUsedModel
import HowUsedStore
import Logging
import Redis
import TestSupport
import Testing

@testable import HowUsedStatistics

/// A Redis with event streams, and what counts them.
struct StatisticsBench {
  let server: RedisServerProcess
  let client: RedisClient
  let schema: KeySchema
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  static func with(
    config: [String] = [],
    partitions: Int = 4,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (StatisticsBench) async throws -> Void
  ) async throws {
    try await RedisServerProcess.with(config: config) { server in
      let client = RedisClient(endpoint: server.endpoint, logger: logger)
      try await client.waitUntilReady(timeout: .seconds(30))
      do {
        try await body(StatisticsBench(server: server, client: client, schema: KeySchema(partitions: partitions)))
      } catch {
        await client.shutdown()
        throw error
      }
      await client.shutdown()
    }
  }

  func partition(_ bot: Int64) -> Partition {
    BotID(rawValue: bot).map { schema.partition(of: $0) } ?? schema.partitions[0]
  }

  /// Adds events to their streams, with ids of their times (of a backfilled one: those of the one before).
  func add(_ events: [TestEvent]) async throws {
    var last: [Partition: StreamID] = [:]
    for partition in schema.partitions {
      let newest = try await client.send("XREVRANGE", schema.events(partition), "+", "-", "COUNT", 1)
      last[partition] = newest.array?.first?.array?.first?.string.flatMap { StreamID($0) }
    }
    let start = events.first.map { UInt64($0.time) } ?? 0
    var commands: [RedisCommand] = []
    for event in events {
      let partition = partition(event.bot)
      let before = last[partition] ?? StreamID(milliseconds: start, sequence: 0)
      let time = event.isBackfilled ? before.milliseconds : UInt64(event.time)
      let id = max(before.next, StreamID(milliseconds: time, sequence: 0))
      last[partition] = id
      commands.append(["XADD", schema.events(partition), id.description, "e", event.fragment])
    }
    for start in stride(from: 0, to: commands.count, by: 500) {
      for reply in try await client.pipeline(Array(commands[start..<min(start + 500, commands.count)])) {
        if let error = reply.error { throw error }
      }
    }
  }

  /// Counts all that is in the streams.
  func count() async throws {
    for partition in schema.partitions {
      let counter = PartitionCounter(client: client, schema: schema, partition: partition)
      #expect(try await counter.catchUp() == .caughtUp)
      #expect(counter.malformed == 0)
    }
  }

  /// As if nothing had been counted yet.
  func forgetStatistics() async throws {
    for partition in schema.partitions {
      let keys = try await StatisticsDump.keys(client, prefix: schema.statistics(partition))
      if !keys.isEmpty { try await client.send(RedisCommand(["DEL"] + keys)) }
    }
  }

  var reader: ChartReader { ChartReader(client: client, schema: schema) }

  func answer(_ parameters: [(String, String)], bot: Int64, now: Int64) async throws -> (ChartQuery, ChartAnswer) {
    let parser = ChartQueryParser(parameters: parameters.map { (name: $0.0, value: $0.1) }, now: now)
    let query = try parser.query()
    let id = try #require(BotID(rawValue: bot))
    return (query, try await reader.answer(query, bot: id))
  }
}
