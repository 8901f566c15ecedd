import Foundation
import TestSupport
import Testing

/// Streams whose ids go back, with servers as real processes: every acknowledged event is archived once, with its time.
@Suite(.enabled(if: TestRun.isComplete)) struct BackwardIDTests {
  /// A day ahead, in milliseconds.
  private static let ahead = 86_400_000

  private static func redis(_ installation: TestInstallation, _ command: String) async throws -> String {
    try await installation.shell("redis-cli -s \(installation.folder)/redis/redis.sock \(command)")
  }

  private static func now() -> Int { Int(Date().timeIntervalSince1970 * 1000) }

  /// An event of bot 1 (of partition 1) as it would be after a jump of the clock.
  private static func addFuture(_ installation: TestInstallation, user: Int, at milliseconds: Int) async throws {
    let event = #"'"botId":1,"userId":\#(user),"event":"hello"'"#
    _ = try await redis(installation, "XADD hu:{p01}:events \(milliseconds)-0 e \(event)")
  }

  private static func hasRealTimes(_ lines: [TestInstallation.Line], _ users: ClosedRange<Int>) -> Bool {
    let limit = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 3600))
    return lines.filter { users.contains($0.userId) }.allSatisfy { $0.time < limit }
  }

  @Test("A stream that is deleted while the archive is ahead of the clock: nothing that is acknowledged then is lost")
  func deleted() async throws {
    let folder = try TemporaryFolder()
    let installation = TestInstallation(folder.path)
    try await installation.add(bots: 1...1)
    let server = try await installation.serve()
    try await Self.addFuture(installation, user: 1, at: Self.now() + Self.ahead)
    #expect(try await installation.hasArchived([1]))
    _ = try await Self.redis(installation, "DEL hu:{p01}:events")
    try await TestInstallation.send(users: 2...50, to: server)
    #expect(try await installation.hasArchived(1...50), "\(server.output)")
    #expect(Self.hasRealTimes(try await installation.archived(), 2...50))
    await server.stop()
    try await installation.verify()
  }

  @Test("Ids that are ahead of the clock: lines tell the real time, files are dated by it, and health says so")
  func aheadOfClock() async throws {
    let folder = try TemporaryFolder()
    let installation = TestInstallation(folder.path)
    try await installation.add(bots: 1...1)
    let server = try await installation.serve()
    #expect(try await !TestInstallation.health(server).body.contains("aheadSeconds"))
    let future = Self.now() + 100 * Self.ahead
    try await Self.addFuture(installation, user: 1, at: future)
    let isSaid = try await eventually { try await TestInstallation.health(server).body.contains(#""aheadSeconds":86"#) }
    #expect(isSaid)
    #expect(try await TestInstallation.health(server).status == 200)
    try await TestInstallation.send(users: 2...30, to: server)
    #expect(try await installation.hasArchived(1...30))
    await server.stop()
    // One that starts later knows it, too.
    let next = try await installation.serve()
    try await TestInstallation.send(users: 31...60, to: next)
    let online = #"{"botId":1,"apiToken":"api-token","requestType":"getOnline"}"#
    let connection = try await HTTPConnection.connect(port: next.port)
    #expect(try await connection.post("/api", online).body.contains(#""onlineCount":59"#))
    #expect(try await installation.hasArchived(1...60))
    // They are counted today, in files and of what isn't sealed; the one of the future is not.
    let summary = "/summary?id=1&token=view-token"
    let isCounted = try await eventually { try await connection.get(summary).body.contains(#""uses":59"#) }
    let seen = try await connection.get(summary).body
    #expect(isCounted, "\(seen)")
    await connection.close()
    await next.stop()
    let lines = try await installation.archived()
    #expect(lines.allSatisfy { $0.id >= "\(future)" })
    #expect(Self.hasRealTimes(lines, 2...60), "\(lines.map(\.time))")
    let dates = try FileManager.default.contentsOfDirectory(atPath: installation.archive)
      .filter { $0.hasPrefix("date=") }.sorted()
    let limit = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 86_400))
    // The one event that came with a time of the future is where that is.
    #expect(dates.dropLast().allSatisfy { $0 < "date=\(limit)" } && dates.count >= 2, "\(dates)")
    try await installation.verify()
  }

  @Test("FLUSHALL while a server runs: what follows is archived, and the folder's identity is recorded again")
  func flushed() async throws {
    let folder = try TemporaryFolder()
    let installation = TestInstallation(folder.path, environment: ["HOWUSED_PARTITIONS": "4"])
    try await installation.add(bots: 1...1)
    let server = try await installation.serve()
    try await TestInstallation.send(users: 1...20, to: server)
    #expect(try await installation.hasArchived(1...20))
    _ = try await Self.redis(installation, "FLUSHALL")
    try await installation.add(bots: 1...1)
    try await TestInstallation.send(users: 21...40, to: server)
    #expect(try await installation.hasArchived(1...40), "\(server.output)")
    let isRecorded = try await eventually {
      try await Self.redis(installation, "HMGET hu:meta archive partitions").contains("4")
    }
    #expect(isRecorded)
    await server.stop()
    try await installation.verify()
    #expect(try await installation.run("archive", "status").status == 0)
  }

  @Test("Redis comes back with an older append-only file while the archive is ahead: new ids go on behind the archive")
  func olderRedis() async throws {
    try await RedisServerProcess.with(config: ["appendonly yes", "appendfsync always"]) { redis in
      let folder = try TemporaryFolder()
      let installation = TestInstallation(folder.path, redis: redis.url)
      try await installation.add(bots: 1...1)
      let server = try await installation.serve()
      try await TestInstallation.send(users: 1...10, to: server)
      #expect(try await installation.hasArchived(1...10))
      let place = redis.folder.path
      try await installation.shell("cp -r \(place)/appendonlydir \(place)/older")
      let future = Self.now() + Self.ahead
      let event = #"'"botId":1,"userId":11,"event":"hello"'"#
      try await installation.shell("redis-cli -s \(redis.socketPath) XADD 'hu:{p01}:events' \(future)-0 e \(event)")
      #expect(try await installation.hasArchived(1...11))
      let isKnown = try await eventually { try await TestInstallation.health(server).body.contains("aheadSeconds") }
      #expect(isKnown)
      redis.kill()
      try await installation.shell("rm -r \(place)/appendonlydir && mv \(place)/older \(place)/appendonlydir")
      try await redis.start()
      try await TestInstallation.send(users: 12...60, to: server)
      #expect(try await installation.hasArchived(1...60), "\(server.output)")
      let lines = try await installation.archived().filter { $0.userId > 11 }
      #expect(lines.allSatisfy { $0.id > "\(future)" })
      #expect(!server.output.contains("were given new ones"), "streams are set forward before events are taken")
      #expect(Self.hasRealTimes(lines, 12...60))
      await server.stop()
      try await installation.verify()
    }
  }
}
