import Foundation
import HowUsedModel
import HowUsedStore
import Logging
import Redis
import TestSupport
import Testing

/// `/health` of real servers tells how old the oldest event is that waits, and how many wait, whoever works on them.
@Suite struct HealthLagTests {
  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  private static let keys = KeySchema(partitions: 2)
  private static let partition = Partition(rawValue: 1)
  private static let patience = Duration.seconds(60)

  private struct Health: Decodable {
    struct Consumer: Decodable {
      let lagSeconds: Double?
      let lagEvents: Int?
      let problem: String?
      let partitions: Int?
    }
    let archive: Consumer
    let statistics: Consumer
  }

  /// Lets nothing be counted: who can't keep files of statistics counts nothing behind them either.
  private static func block(_ folder: TemporaryFolder) throws -> String {
    let path = folder.path + "/archive/statistics"
    try FileManager.default.createDirectory(atPath: folder.path + "/archive", withIntermediateDirectories: true)
    try Data("not a folder".utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("A backlog is told from the first look on, and while it is worked on")
  func backlog() async throws {
    try await RedisServerProcess.with { redis in
      let client = RedisClient(endpoint: redis.endpoint, logger: Self.logger)
      try await client.waitUntilReady(timeout: Self.patience)
      let count = 60_000
      let first = try await Self.now(client) - 600_000
      try await Self.add(count, from: first, client)
      let folder = try TemporaryFolder()
      let blocked = try Self.block(folder)
      let server = try await Self.serve(folder, redis)
      let isTold = try await eventually(within: Self.patience, every: .milliseconds(100)) {
        let statistics = try await Self.health(server).statistics
        guard let events = statistics.lagEvents, let seconds = statistics.lagSeconds else {
          #expect(statistics.problem != nil, "not known, and it doesn't say why")
          return false
        }
        #expect(events == count)
        #expect((500...700).contains(seconds), "\(seconds) s")
        return statistics.problem != nil
      }
      #expect(isTold)

      try FileManager.default.removeItem(atPath: blocked)
      var told: [Int] = []
      let isDone = try await eventually(within: Self.patience, every: .milliseconds(20)) {
        let statistics = try await Self.health(server).statistics
        guard let events = statistics.lagEvents, let seconds = statistics.lagSeconds else { return false }
        told.append(events)
        #expect(events == 0 || (500...700).contains(seconds), "\(seconds) s")
        #expect((events == 0) == (seconds == 0))
        return events == 0
      }
      #expect(isDone, "\(told)")
      // Over a new connection all is read again, so on a busy machine it may be more once more, but never more than there is.
      #expect(told.allSatisfy { (0...count).contains($0) }, "\(told)")
      let isArchived = try await eventually { try await Self.health(server).archive.lagEvents == 0 }
      #expect(isArchived)
      await server.stop()
      await client.shutdown()
    }
  }

  @Test("Statistics that can't go on are behind, and more so each second")
  func refused() async throws {
    try await RedisServerProcess.with { redis in
      let client = RedisClient(endpoint: redis.endpoint, logger: Self.logger)
      try await client.waitUntilReady(timeout: Self.patience)
      let folder = try TemporaryFolder()
      _ = try Self.block(folder)
      let server = try await Self.serve(folder, redis)
      try await Self.add(25, from: try await Self.now(client) - 100, client)
      var last = 0.0
      for limit in [0.5, 1.5, 2.5] {
        let isOlder = try await eventually(within: Self.patience, every: .milliseconds(100)) {
          let statistics = try await Self.health(server).statistics
          guard let seconds = statistics.lagSeconds, seconds > limit else { return false }
          // It may not have tried yet.
          guard statistics.problem?.contains("archive/statistics") == true else { return false }
          #expect(statistics.lagEvents == 25)
          #expect(seconds >= last)
          last = seconds
          return true
        }
        #expect(isOlder)
      }
      let isArchived = try await eventually { try await Self.health(server).archive.lagEvents == 0 }
      #expect(isArchived)
      await server.stop()
      await client.shutdown()
    }
  }

  @Test("Who stands by tells how far the archive is, which another server writes")
  func standby() async throws {
    try await RedisServerProcess.with { redis in
      let client = RedisClient(endpoint: redis.endpoint, logger: Self.logger)
      try await client.waitUntilReady(timeout: Self.patience)
      let folder = try TemporaryFolder()
      let first = try await Self.serve(folder, redis)
      let isArchiving = try await eventually(within: Self.patience) {
        try await Self.health(first).archive.partitions == 2
      }
      #expect(isArchiving)
      let second = try await Self.serve(folder, redis)
      let isStandingBy = try await eventually(within: Self.patience) {
        try await Self.health(second).archive.partitions == 0
      }
      #expect(isStandingBy)

      // Nothing is sealed within an hour: only the first one knows that they are in a file.
      let start = try await Self.now(client) - 100
      try await Self.add(30, from: start, client)
      let isArchived = try await eventually(within: Self.patience) {
        let archive = try await Self.health(second).archive
        let cursor = try await client.send("GET", Self.keys.archiveCursor(Self.partition)).string
        return cursor == "\(start + 29)-0" && archive.lagEvents == 0 && archive.lagSeconds == 0
      }
      #expect(isArchived)
      #expect(try await client.send("GET", Self.keys.archivePosition(Self.partition)).string == "0-0")

      first.signal(SIGSTOP)
      try await Self.add(40, from: try await Self.now(client), client)
      let isTold = try await eventually(within: Self.patience, every: .milliseconds(100)) {
        let archive = try await Self.health(second).archive
        return archive.partitions == 0 && archive.lagEvents == 40 && archive.lagSeconds ?? 0 > 1.5
      }
      #expect(isTold)
      first.signal(SIGCONT)
      let isCaughtUp = try await eventually(within: Self.patience) {
        try await Self.health(second).archive.lagEvents == 0
      }
      #expect(isCaughtUp)
      await second.stop()
      await first.stop()
      await client.shutdown()
    }
  }

  @Test("While Redis is away nobody knows, and it says so")
  func withoutRedis() async throws {
    try await RedisServerProcess.with { redis in
      let folder = try TemporaryFolder()
      let server = try await Self.serve(folder, redis)
      let isReady = try await eventually { try await Self.health(server).statistics.lagEvents == 0 }
      #expect(isReady)
      redis.kill()
      let isTold = try await eventually(within: Self.patience) {
        let health = try await Self.health(server)
        return [health.archive, health.statistics].allSatisfy {
          $0.lagEvents == nil && $0.lagSeconds == nil && $0.problem != nil
        }
      }
      #expect(isTold)
      try await redis.start()
      let isBack = try await eventually(within: Self.patience) {
        let health = try await Self.health(server)
        return [health.archive, health.statistics].allSatisfy { $0.lagEvents == 0 && $0.problem == nil }
      }
      #expect(isBack)
      await server.stop()
    }
  }

  private static func serve(_ folder: TemporaryFolder, _ redis: RedisServerProcess) async throws -> ServerProcess {
    try await ServerProcess(dataFolder: folder.path, options: ["--redis-url", redis.url, "--partitions", "2"])
  }

  private static func health(_ server: ServerProcess) async throws -> Health {
    let connection = try await HTTPConnection.connect(port: server.port)
    let response = try await connection.get("/health")
    await connection.close()
    return try JSONDecoder().decode(Health.self, from: Data(response.body.utf8))
  }

  /// Redis's unix time in milliseconds.
  private static func now(_ client: RedisClient) async throws -> Int {
    Int(try await client.send("TIME").array?.first?.int ?? 0) * 1000
  }

  /// One event each millisecond.
  private static func add(_ count: Int, from milliseconds: Int, _ client: RedisClient) async throws {
    for start in stride(from: 0, to: count, by: 1000) {
      let commands = (start..<min(start + 1000, count)).map { number -> RedisCommand in
        let fragment = #""botId":2,"userId":\#(number + 1),"event":"event \#(number % 50)","param_1":"\#(number % 20)""#
        return EventStream(keys, partition).add(fragment, id: "\(milliseconds + number)-0")
      }
      for reply in try await client.pipeline(commands) { if let error = reply.error { throw error } }
    }
  }
}
