import Foundation
import TestSupport
import Testing

/// One data folder and what uses it: servers that seal every second, and commands.
struct TestInstallation {
  let folder: String
  private let environment: [String: String]

  /// - Parameters:
  ///   - folder: the data folder.
  ///   - redis: the operator's, by its URL; nil for a private one.
  init(_ folder: String, redis: String? = nil, environment: [String: String] = [:]) {
    self.folder = folder
    var all = environment
    all["HOWUSED_DATA_DIR"] = folder
    if let redis { all["HOWUSED_REDIS_URL"] = redis }
    self.environment = all
  }

  var archive: String { "\(folder)/archive" }

  func run(_ arguments: String...) async throws -> HowUsedProgram.Outcome {
    try await HowUsedProgram(environment: environment).run(arguments)
  }

  /// A line of a shell, with `howused` as the installation has it.
  @discardableResult
  func shell(_ line: String) async throws -> String {
    let outcome = try await HowUsedProgram(environment: environment).shell(line)
    #expect(outcome.status == 0, "\(line): \(outcome.error)")
    return outcome.output
  }

  func add(bots: ClosedRange<Int>) async throws {
    for bot in bots {
      let added = try await run(
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
  }

  /// A server, as soon as it listens.
  func start(_ options: [String] = []) async throws -> ServerProcess {
    let own = environment["HOWUSED_REDIS_URL"].map { ["--redis-url", $0] } ?? []
    let others = environment.filter { !["HOWUSED_REDIS_URL", "HOWUSED_DATA_DIR"].contains($0.key) }.flatMap {
      ["--" + $0.key.dropFirst("HOWUSED_".count).lowercased().replacing("_", with: "-"), $0.value]
    }
    return try await ServerProcess(dataFolder: folder, options: ["--archive-interval", "1"] + own + others + options)
  }

  /// A server that is ready.
  func serve(_ options: [String] = []) async throws -> ServerProcess {
    let server = try await start(options)
    let isReady = try await eventually { try await Self.health(server).status == 200 }
    #expect(isReady, "\(server.output)")
    return server
  }

  /// Asserts that a server doesn't start here, and returns what it said.
  func refusal() async throws -> String {
    let failure = await #expect(throws: ServerProcess.StartError.self) {
      let server = try await start()
      server.kill()
    }
    return failure?.description ?? ""
  }

  static func health(_ server: ServerProcess) async throws -> HTTPConnection.Response {
    let connection = try await HTTPConnection.connect(port: server.port)
    let response = try await connection.get("/health")
    await connection.close()
    return response
  }

  /// Sends an event of each user and asserts that each is acknowledged, within some time.
  static func send(bot: Int = 1, users: ClosedRange<Int>, to server: ServerProcess) async throws {
    let connection = try await HTTPConnection.connect(port: server.port)
    for user in users {
      let body = #"{"botId":\#(bot),"apiToken":"api-token","requestType":"event","event":"hello","userId":\#(user)}"#
      // Only what certainly wasn't stored is sent again.
      let isTaken = try await eventually {
        let answer = try await connection.post("/api", body).body
        #expect(!answer.contains("outcome_unknown"))
        return answer == #"{"ok":true}"#
      }
      #expect(isTaken, "user \(user)\n\(server.output)")
    }
    await connection.close()
  }

  struct Line: Decodable {
    let id: String
    let botId: Int
    let userId: Int
    let time: String
  }

  /// All lines of the sealed files, partition by partition in the order of the segments.
  func archived() async throws -> [Line] {
    try await shell("cat \(archive)/log/p*/seg-*.zst 2>/dev/null | zstdcat 2>/dev/null || true").split(separator: "\n")
      .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  /// Whether each of the users, and nobody else, is in sealed files once, some time from now.
  func hasArchived(_ users: some Sequence<Int>) async throws -> Bool {
    let users = Array(users)
    return try await eventually { try await archived().map(\.userId).sorted() == users }
  }

  func verify() async throws {
    let verified = try await run("archive", "verify")
    #expect(verified.status == 0, "\(verified.output)\(verified.error)")
  }
}
