import Foundation
import HowUsedModel
import Synchronization
import TestSupport
import Testing

/// Every acknowledged event is in the archive exactly once, whoever is killed when.
@Suite struct ExactlyOnceTests {
  static let serverKills = 25
  static let redisKills = 5
  static let connections = 4

  @Test(.enabled(if: TestRun.isComplete), .timeLimit(.minutes(5)))
  func everyAcknowledgedEventIsArchivedExactlyOnce() async throws {
    let seed = TestRun.seed()
    var random = SplitMix64(state: seed)
    let folder = try TemporaryFolder()
    let redis = try await RedisServerProcess.start(config: ["appendonly yes", "appendfsync always"])
    defer { redis.kill() }
    let program = HowUsedProgram()
    let place = ["--data-dir", folder.path, "--redis-url", redis.url]
    let added = try await program.run(
      ["bot", "add", "1", "--api-token", "api-token", "--view-token", "view-token", "--allow-short-tokens"] + place
    )
    #expect(added.status == 0, "\(added.error)")

    let options = ["--redis-url", redis.url, "--archive-interval", "1"]
    var server = try await ServerProcess(dataFolder: folder.path, options: options)
    let ledger = Ledger(port: server.port)
    let load = Task {
      await withTaskGroup(of: Void.self) { group in
        for connection in 0..<Self.connections { group.addTask { await Self.send(connection, ledger) } }
      }
    }
    let deaths = (Array(repeating: true, count: Self.serverKills) + Array(repeating: false, count: Self.redisKills))
      .shuffled(using: &random)
    for ofServer in deaths {
      try await Task.sleep(for: .milliseconds(Int.random(in: 20...900, using: &random)))
      if ofServer {
        server.kill()
        server = try await ServerProcess(dataFolder: folder.path, options: options)
        ledger.port.withLock { $0 = server.port }
      } else {
        try await redis.restart()
      }
    }
    // Someone must be heard again after the last death, or the end would prove nothing about it.
    let before = ledger.counts.acknowledged
    #expect(try await eventually { ledger.counts.acknowledged > before })
    ledger.isOver.withLock { $0 = true }
    await load.value
    let told = ledger.users.withLock { $0.acknowledged }
    var archived: [Int] = []
    for attempt in 1...3 {
      if attempt > 1 { server = try await ServerProcess(dataFolder: folder.path, options: options) }
      #expect(await server.stop() != nil, "SIGTERM seals and ends it")
      archived = try await Self.archivedUsers(folder.path)
      // On a very busy machine the time for sealing may not be enough: then the next server does it.
      if told.isSubset(of: archived) { break }
    }

    let verified = try await program.run("archive", "verify", "--data-dir", folder.path)
    #expect(verified.status == 0, "\(verified.output)\(verified.error)")
    let (sent, acknowledged) = ledger.counts
    print(
      "exactly once: seed \(seed), \(Self.serverKills) server kills, \(Self.redisKills) Redis kills,",
      "\(sent) sent, \(acknowledged) acknowledged, \(archived.count) archived"
    )
    #expect(acknowledged > 200, "the load never really ran")
    let unique = Set(archived)
    #expect(unique.count == archived.count, "archived twice")
    ledger.users.withLock { users in
      #expect(users.acknowledged.subtracting(unique).isEmpty, "acknowledged but not archived; seed \(seed)")
      #expect(unique.subtracting(users.sent).isEmpty, "archived but never sent; seed \(seed)")
    }

    // Statistics count each of them once, too: while the server that was killed last left files half made, and after.
    server = try await ServerProcess(dataFolder: folder.path, options: options)
    var counted: [Int] = []
    let isCounted = try await eventually(within: .seconds(30)) {
      counted = []
      for metric in ["uses", "users", "new"] { counted.append(try await Self.total(metric, server)) }
      return counted == Array(repeating: archived.count, count: 3)
    }
    #expect(isCounted, "uses, users and new users \(counted) instead of \(archived.count); seed \(seed)")
    await server.stop()
  }

  private static func total(_ metric: String, _ server: ServerProcess) async throws -> Int {
    struct Answer: Decodable {
      struct Series: Decodable { let total: Int }
      let series: [Series]
    }
    let connection = try await HTTPConnection.connect(port: server.port)
    let place = "/stats?id=1&token=view-token&metric=\(metric)&period=2d&divider=24h"
    let response = try await connection.get(place)
    await connection.close()
    guard response.status == 200 else { return -1 }
    return try JSONDecoder().decode(Answer.self, from: Data(response.body.utf8)).series.first?.total ?? -1
  }

  /// What the clients have sent and been told.
  private final class Ledger: Sendable {
    let port: Mutex<Int>
    let isOver = Mutex(false)
    let users = Mutex((sent: Set<Int>(), acknowledged: Set<Int>()))

    init(port: Int) { self.port = Mutex(port) }

    var counts: (sent: Int, acknowledged: Int) { users.withLock { ($0.sent.count, $0.acknowledged.count) } }
  }

  /// Sends one event after the other, each with a user id of its own, over connections that may end at any moment.
  private static func send(_ number: Int, _ ledger: Ledger) async {
    var connection: HTTPConnection?
    var user = number * 1_000_000 + 1
    while !ledger.isOver.withLock({ $0 }) {
      do {
        let open: HTTPConnection
        if let connection {
          open = connection
        } else {
          open = try await .connect(port: ledger.port.withLock { $0 })
          connection = open
        }
        let sent = user
        ledger.users.withLock { _ = $0.sent.insert(sent) }
        user += 1
        let body = #"{"botId":1,"apiToken":"api-token","requestType":"event","event":"once","userId":\#(sent)}"#
        let answer = try await open.post("/api", body)
        if answer.body == #"{"ok":true}"# {
          ledger.users.withLock { _ = $0.acknowledged.insert(sent) }
        } else {
          try await Task.sleep(for: .milliseconds(5))
        }
      } catch {
        connection = nil
        try? await Task.sleep(for: .milliseconds(10))
      }
    }
    await connection?.close()
  }

  /// The user ids of all archived lines, as a reader finds them.
  private static func archivedUsers(_ dataFolder: String) async throws -> [Int] {
    let files = "find \(dataFolder)/archive/date=* -name '*.zst'"
    let lines = try await HowUsedProgram().shell("\(files) | sort | xargs -r zstdcat")
    #expect(lines.status == 0, "\(lines.error)")
    return try lines.output.split(separator: "\n").map { line in
      struct Line: Decodable { let userId: Int }
      return try JSONDecoder().decode(Line.self, from: Data(line.utf8)).userId
    }
  }
}
