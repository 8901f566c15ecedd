import Foundation
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// A Redis above its `maxmemory` refuses whatever needs memory. It drains by itself: what frees memory needs none.
@Suite struct FullRedisTests {
  enum End: CaseIterable { case killed, stopped }

  @Test("A server that starts, or stops, on a full Redis archives all and takes events again", arguments: End.allCases)
  func drains(end: End) async throws {
    let served = try await ServedFolder()
    let options = ["--redis-memory", "32mb"]
    var server = try await served.serve(options)
    // Who archives isn't known before the first look.
    let isArchiving = try await eventually(within: ServedFolder.patience) {
      try await ServedFolder.health(server).archive.partitions == 16
    }
    #expect(isArchiving)
    var acknowledged = try await ServedFolder.send(1...20, to: server)
    if end == .killed { server.kill() }
    // So that its private Redis doesn't end with it.
    let keeper = try EmbeddedRedis(dataFolder: served.folder.path, logger: ServedFolder.logger)
    try await keeper.acquire()
    let added = try await served.withRedis { try await Self.fill($0, served.keys) }
    if end == .stopped {
      acknowledged += try await ServedFolder.send(50_000_001...50_000_020, to: server)
      #expect(await server.stop() != nil, "\(server.output)")
    }
    server = try await served.start(options)
    let isReady = try await eventually(within: ServedFolder.patience) {
      try await ServedFolder.health(server).status == "ready"
    }
    #expect(isReady, "\(server.output)")
    let later = try await ServedFolder.send(90_000_001...90_000_020, to: server)
    #expect(later.count == 20)
    #expect(await server.stop() != nil, "\(server.output)")
    try await served.drain(options)
    await keeper.release()
    try await served.verify()
    #expect(try await served.archived().sorted() == (acknowledged + added + later).sorted())
  }

  @Test("A burst beyond the limit: what is acknowledged is archived, once, long before the archive's interval")
  func burst() async throws {
    let served = try await ServedFolder()
    let options = ["--redis-memory", "32mb"]
    let server = try await served.serve(options)
    // Together some 60 MB of streams.
    let text = String(repeating: "x", count: 120)
    let loads = (0..<4).map { load in
      Task {
        var acknowledged: [Int] = []
        let connection = try await HTTPConnection.connect(port: server.port)
        var next = load * 10_000_000 + 1
        let end = ContinuousClock.now + .seconds(45)
        while acknowledged.count < 50_000, ContinuousClock.now < end {
          let users = Array(next..<next + 500)
          let events = users.map { #"{"event":"burst","userId":\#($0),"param_1":"\#(text)"}"# }.joined(separator: ",")
          let body = #"{"botId":1,"apiToken":"api-token","requestType":"events","events":[\#(events)]}"#
          let answer = try await connection.post("/api", body)
          if answer.status == 200 { acknowledged += users }
          // Of one that was refused some events may have been stored: these users are never sent again.
          next += 500
          if answer.status != 200 { try await Task.sleep(for: .milliseconds(50)) }
        }
        await connection.close()
        return acknowledged
      }
    }
    var acknowledged: [Int] = []
    for load in loads { acknowledged += try await load.value }
    #expect(acknowledged.count > 50_000)
    let isReady = try await eventually(within: ServedFolder.patience) {
      try await ServedFolder.health(server).status == "ready"
    }
    #expect(isReady, "\(server.output)")
    #expect(await server.stop() != nil, "\(server.output)")
    try await served.drain(options)
    try await served.verify()
    let archived = try await served.archived()
    #expect(Set(archived).count == archived.count, "doubled")
    #expect(Set(acknowledged).isSubset(of: archived), "lost")
  }

  @Test("Statistics that can't go on hold back no trimming, and count from the files when they can")
  func statistics() async throws {
    let served = try await ServedFolder()
    let path = served.folder.path + "/archive/statistics"
    try FileManager.default.createDirectory(atPath: served.folder.path + "/archive", withIntermediateDirectories: true)
    try Data("not a folder".utf8).write(to: URL(filePath: path))
    let server = try await served.serve(["--archive-interval", "1"])
    let acknowledged = try await ServedFolder.send(1...20, to: server)
    let isTrimmed = try await eventually(within: ServedFolder.patience) {
      guard try await served.archived().count == acknowledged.count else { return false }
      return try await served.withRedis { try await served.waiting($0) } == 0
    }
    #expect(isTrimmed)
    #expect(try await ServedFolder.health(server).statistics.problem != nil)
    try FileManager.default.removeItem(atPath: path)
    let isCounted = try await eventually(within: ServedFolder.patience) {
      let connection = try await HTTPConnection.connect(port: server.port)
      let response = try await connection.get("/stats?id=1&token=view-token&metric=uses&period=1h")
      await connection.close()
      return response.body.contains(#""total":20"#)
    }
    #expect(isCounted)
    await server.stop()
  }

  /// Adds events until Redis refuses the next one. Returns their users.
  private static func fill(_ client: RedisClient, _ keys: KeySchema) async throws -> [Int] {
    let text = String(repeating: "x", count: 200)
    var added: [Int] = []
    var next = 1000
    while true {
      let users = next..<next + 1000
      next += 1000
      let replies = try await client.pipeline(
        users.map { user in
          let fragment = #""botId":1,"userId":\#(user),"event":"served","param_1":"\#(text)""#
          return ["XADD", keys.events(keys.partitions[user % keys.partitionCount]), "*", "e", fragment]
        }
      )
      for (user, reply) in zip(users, replies) where reply.error == nil { added.append(user) }
      if let error = replies.lazy.compactMap(\.error).first {
        #expect(error.code == "OOM", "\(error)")
        return added
      }
    }
  }
}
