import Foundation
import TestSupport
import Testing

/// Several processes on one data folder: two servers, and a server beside a command that rewrites its archive.
@Suite(.enabled(if: TestRun.isComplete)) struct SharedArchiveTests {
  @Test("Of two servers on one data folder one archives; the other one takes events, and takes over when it is killed")
  func twoServers() async throws {
    let folder = try TemporaryFolder()
    let program = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path])
    try await Self.add(bot: 1, program)
    let first = try await Self.serve(folder)
    // One name of all leases, and not the empty one of those that nobody holds.
    let isHolding = try await eventually(within: Self.patience) {
      let holders = try await Self.leaseHolders(folder)
      return holders.count == 1 && holders != [""]
    }
    #expect(isHolding)
    let holders = try await Self.leaseHolders(folder)
    let second = try await Self.serve(folder)
    var acknowledged: [Int] = []
    acknowledged += try await Self.send(bot: 1, users: 1...20, to: first)
    acknowledged += try await Self.send(bot: 1, users: 21...40, to: second)
    #expect(try await eventually(within: Self.patience) { try await Self.archived(folder)[1]?.count == 40 })
    #expect(try await Self.leaseHolders(folder) == holders)
    let standingBy = "standing by: another process archives all 16 partitions"
    #expect(try await eventually { try await Self.archiveState(second) == "0 \(standingBy)" })
    #expect(try await Self.archiveState(first) == "16 archiving all 16 partitions")
    #expect(try await program.run("top", "--rounds", "1").output.contains(" archiving=16/16 archivers=1\n"))

    first.kill()
    acknowledged += try await Self.send(bot: 1, users: 41...60, to: second)
    #expect(try await eventually(within: Self.patience) { try await Self.archived(folder)[1]?.count == 60 })
    // It takes one partition over after the other.
    let isTakenOver = try await eventually(within: Self.patience) {
      let others = try await Self.leaseHolders(folder)
      return others.count == 1 && others != holders
    }
    #expect(isTakenOver)
    #expect(try await eventually { try await Self.archiveState(second) == "16 archiving all 16 partitions" })
    let told = second.output.components(separatedBy: standingBy)
    #expect(told.count == 2 && told[1].contains("archiving all 16 partitions"), "\(second.output)")
    #expect(await second.stop() != nil)
    #expect(!second.output.contains("warning") && !second.output.contains("error"), "\(second.output)")

    let verified = try await program.run("archive", "verify")
    #expect(verified.status == 0, "\(verified.output)\(verified.error)")
    #expect(try await Self.archived(folder)[1]?.sorted() == acknowledged)
  }

  @Test("A bot is taken out of the archive beside a running server: it stays sound, and the other bots' lines whole")
  func purge() async throws {
    let folder = try TemporaryFolder()
    // All bots share the one partition, and so its segments.
    let program = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path, "HOWUSED_PARTITIONS": "1"])
    for bot in 1...3 { try await Self.add(bot: bot, program) }
    let server = try await Self.serve(folder)
    let loads = [1, 2, 3].map { bot in
      Task {
        var acknowledged: [Int] = []
        for user in 1...100_000 where !Task.isCancelled {
          // The removed bot's are refused from then on.
          acknowledged += try await Self.send(bot: bot, users: user...user, to: server)
          try? await Task.sleep(for: .milliseconds(2))
        }
        return acknowledged
      }
    }
    let isRunning = try await eventually(within: Self.patience) {
      let archived = try await Self.archived(folder)
      return [1, 2, 3].allSatisfy { archived[$0]?.count ?? 0 > 10 }
    }
    #expect(isRunning, "the load never really ran")
    for _ in 1...3 {
      let sealed = try await Self.archived(folder)[2]?.count ?? 0
      #expect(try await eventually(within: Self.patience) { try await Self.archived(folder)[2]?.count ?? 0 > sealed })
      try await Self.purge(bot: 1, program)
      let verified = try await program.run("archive", "verify")
      #expect(verified.status == 0, "beside the server: \(verified.output)\(verified.error)")
    }
    for load in loads { load.cancel() }
    let acknowledged = [try await loads[0].value, try await loads[1].value, try await loads[2].value]
    #expect(await server.stop() != nil)

    // What was not sealed when the bot was removed was archived after that, as the command says.
    try await Self.purge(bot: 1, program)
    let verified = try await program.run("archive", "verify")
    #expect(verified.status == 0, "\(verified.output)\(verified.error)")
    let archived = try await Self.archived(folder)
    #expect(archived[1] == nil)
    #expect(archived[2] == acknowledged[1])
    #expect(archived[3] == acknowledged[2])
  }

  private static let patience: Duration = .seconds(30)

  private static func add(bot: Int, _ program: HowUsedProgram) async throws {
    let added = try await program.run(
      "bot",
      "add",
      "\(bot)",
      "--api-token",
      "api-token",
      "--view-token",
      "view-token",
      "--allow-short-tokens"
    )
    #expect(added.status == 0, "\(added.error)")
  }

  /// A server that is ready and seals every second.
  private static func serve(_ folder: TemporaryFolder) async throws -> ServerProcess {
    let server = try await ServerProcess(dataFolder: folder.path, options: ["--archive-interval", "1"])
    let isReady = try await eventually(within: patience) { try await health(server).status == 200 }
    #expect(isReady, "\(server.output)")
    return server
  }

  private static func health(_ server: ServerProcess) async throws -> HTTPConnection.Response {
    let connection = try await HTTPConnection.connect(port: server.port)
    let response = try await connection.get("/health")
    await connection.close()
    return response
  }

  /// How many partitions the server says it archives, and what that means.
  private static func archiveState(_ server: ServerProcess) async throws -> String {
    struct Health: Decodable {
      struct Archive: Decodable {
        let partitions: Int?
        let state: String?
      }
      let archive: Archive
    }
    let health = try JSONDecoder().decode(Health.self, from: Data(try await health(server).body.utf8))
    return "\(health.archive.partitions ?? -1) \(health.archive.state ?? "unknown")"
  }

  private static func purge(bot: Int, _ program: HowUsedProgram) async throws {
    let removed = try await program.run("bot", "remove", "\(bot)", "--purge-archive", "--yes")
    #expect(removed.status == 0, "\(removed.output)\(removed.error)")
  }

  /// Returns those whose events were acknowledged. Throws when the server can't be reached.
  private static func send(bot: Int, users: ClosedRange<Int>, to server: ServerProcess) async throws -> [Int] {
    let connection = try await HTTPConnection.connect(port: server.port)
    var acknowledged: [Int] = []
    for user in users {
      let body = #"{"botId":\#(bot),"apiToken":"api-token","requestType":"event","event":"shared","userId":\#(user)}"#
      if try await connection.post("/api", body).body == #"{"ok":true}"# { acknowledged.append(user) }
    }
    await connection.close()
    return acknowledged
  }

  /// Who holds the archive's leases of all partitions.
  private static func leaseHolders(_ folder: TemporaryFolder) async throws -> Set<String> {
    let keys = (0..<16).map { "'hu:{p\($0 < 10 ? "0" : "")\($0)}:archive:lease'" }.joined(separator: " ")
    let found = try await HowUsedProgram().shell("redis-cli -s \(folder.path)/redis/redis.sock mget \(keys)")
    return Set(found.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init))
  }

  /// The user ids of all archived lines, by bot, in the order of the segments.
  private static func archived(_ folder: TemporaryFolder) async throws -> [Int: [Int]] {
    struct Line: Decodable {
      let botId: Int
      let userId: Int
    }
    let lines = try await HowUsedProgram().shell("cat \(folder.path)/archive/log/p*/seg-*.zst | zstdcat")
    var users: [Int: [Int]] = [:]
    for text in lines.output.split(separator: "\n") {
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      users[line.botId, default: []].append(line.userId)
    }
    return users
  }
}
