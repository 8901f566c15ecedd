import Foundation
import Redis
import TestSupport
import Testing

/// What others than the operator can learn: other users of the machine, and strangers who ask over HTTP.
@Suite struct PrivacyTests {
  private static func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }

  /// All files and folders that others could open, or whose group could, on the way from the data folder.
  private static func open(to group: Bool, in folder: String) async throws -> [String] {
    let bits = group ? "/077" : "/007"
    let found = try await HowUsedProgram().shell("find \(folder) ! -type s ! -type l -perm \(bits)")
    return found.output.split(separator: "\n").map(String.init)
  }

  @Test("Data is its user's alone, and a looser folder of an earlier build is tightened")
  func files() async throws {
    let served = try await ServedFolder()
    let folder = "\(served.folder.path)/archive"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    chmod(folder, 0o755)
    let server = try await served.serve(["--archive-interval", "1"])
    let acknowledged = try await ServedFolder.send(1...20, to: server)
    let isArchived = try await eventually(within: ServedFolder.patience) {
      try await served.archived().count == acknowledged.count
    }
    #expect(isArchived)
    #expect(try Self.mode(folder) == 0o700)
    #expect(try Self.mode("\(served.folder.path)/redis") == 0o700)
    #expect(try await Self.open(to: true, in: folder).isEmpty)
    await server.stop()

    // With a group its members read the archive, and nobody else does.
    let shared = try await served.serve(["--archive-interval", "1", "--data-group", "1"])
    let more = try await ServedFolder.send(21...40, to: shared)
    let areArchived = try await eventually(within: ServedFolder.patience) {
      try await served.archived().count == acknowledged.count + more.count
    }
    #expect(areArchived)
    #expect(try Self.mode(folder) == 0o2750)
    #expect(try await Self.open(to: false, in: folder).isEmpty)
    let files = try await HowUsedProgram().shell(
      "find \(folder)/log -name 'seg-*' -newer \(folder)/manifest.json -gid 1 -perm -040"
    )
    #expect(!files.output.isEmpty)
    await shared.stop()
  }

  @Test("A new data folder is its user's alone")
  func newFolder() async throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/data"
    let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": path])
    #expect(try await howused.run("bot", "add", "1").status == 0)
    #expect(try Self.mode(path) == 0o700)
    #expect(try await howused.run("bot", "list", "--data-group", "no such group").error.contains("there is no group"))
  }

  @Test("Strangers learn of the server's health whether it's ready, and its operator everything")
  func health() async throws {
    let served = try await ServedFolder()
    let token = "\(served.folder.path)/operator"
    try Data("operator-token-01\n".utf8).write(to: URL(filePath: token))
    let server = try await served.serve(["--operator-token-file", token])
    let connection = try await HTTPConnection.connect(port: server.port)
    #expect(try await connection.get("/health").body.contains(#""version""#))
    // As a proxy on this machine passes on what it's asked.
    for field in ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1", "Via: 1.1 proxy"] {
      let answer = try await connection.get("/health", headers: [field])
      #expect(answer.status == 200)
      #expect(answer.body == #"{"status":"ready"}"#)
    }
    let forwarded = "X-Forwarded-For: 192.0.2.1"
    let asked = try await connection.get("/health", headers: [forwarded, "Authorization: Bearer operator-token-01"])
    #expect(asked.body.contains(#""version""#))
    let guessed = try await connection.get("/health", headers: [forwarded, "Authorization: Bearer operator-token-02"])
    #expect(guessed.body == #"{"status":"ready"}"#)
    _ = try await served.withRedis { try await $0.send("CONFIG", "SET", "maxmemory", "1") }
    let isFull = try await eventually(within: ServedFolder.patience) {
      let answer = try await connection.get("/health", headers: [forwarded])
      return answer.status == 503 && answer.body == #"{"reason":"overloaded","status":"not ready"}"#
    }
    #expect(isFull)
    _ = try await served.withRedis { try await $0.send("CONFIG", "SET", "maxmemory", "0") }
    await connection.close()
    await server.stop()
  }

  @Test("A server leaves no core file")
  func cores() async throws {
    let served = try await ServedFolder()
    let server = try await served.serve()
    let limits = try String(contentsOfFile: "/proc/\(server.processID)/limits", encoding: .utf8)
    let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
    #expect(line.split(separator: " ").dropFirst(4).first == "0")
    await server.stop()
  }
}
