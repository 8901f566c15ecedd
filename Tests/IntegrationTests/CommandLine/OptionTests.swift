import Foundation
import Testing
import TestSupport

/// What holds for every command: usage errors, the environment, Redis that isn't there.
struct OptionTests {
  @Test("Usage errors: exit code 64, the reason, and nothing done")
  func usage() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path + "/data"
    for (arguments, reason) in [
      (["bot", "show", "nobody"], "'nobody'"),
      (["bot", "add", "0"], "'0'"),
      (["bot", "add", "9007199254740993"], "9007199254740993"),
      (["bot", "add", "5", "--api-token", "short"], "short"),
      (["bot", "list", "--redis-url", "http://localhost"], "--redis-url"),
      (["bot", "list", "--key-prefix", "a*"], "--key-prefix"),
      (["bot", "rotate", "5", "--only", "api", "--view-token", "1234567890123456"], "--only api"),
      (["bot", "add", "5", "--view-token", "12345678"], "8 characters can be guessed"),
      (["serve", "--port", "65536"], "--port"),
      (["serve", "--threads", "0"], "--threads"),
      (["serve", "--archive-interval", "0"], "--archive-interval"),
      (["serve", "--archive-keep-days", "0"], "--archive-keep-days"),
      (["serve", "--archive-keep-days", "9223372036854775807"], "within 1 to 36500"),
      (["serve", "--partitions", "257"], "--partitions"),
      (["serve", "--durability", "sometimes"], "sometimes"),
      (["serve", "--redis-memory", "1mb"], "1mb"),
      (["nonsense"], "nonsense"),
    ] {
      let outcome = try await HowUsedProgram(environment: ["HOWUSED_DATA_DIR": data]).run(arguments)
      #expect(outcome.status == 64, "\(arguments)")
      #expect(outcome.error.contains(reason), "\(arguments): \(outcome.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: data))
  }

  @Test("A bad environment variable is told by its name")
  func environment() async throws {
    for (name, value, command) in [
      ("HOWUSED_PORT", "http", ["serve"]), ("HOWUSED_PORT", "70000", ["serve"]),
      ("HOWUSED_LOG_LEVEL", "loud", ["bot", "list"]), ("HOWUSED_DURABILITY", "maybe", ["serve"]),
      ("HOWUSED_REDIS_URL", "redis:/x", ["bot", "list"]), ("HOWUSED_PARTITIONS", "many", ["serve"]),
      ("HOWUSED_PARTITIONS", "257", ["bot", "list"]),
    ] {
      let outcome = try await HowUsedProgram(environment: [name: value]).run(command)
      #expect(outcome.status == 64, "\(name)=\(value)")
      let flag = "--" + name.dropFirst("HOWUSED_".count).lowercased().replacing("_", with: "-")
      #expect(outcome.error.contains(name) || outcome.error.contains(flag), "\(outcome.error)")
    }
  }

  @Test("Where there is no data nothing is looked at, found sound, or made")
  func mistypedFolder() async throws {
    let folder = try TemporaryFolder()
    let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path + "/mistyped"])
    for command in [
      ["bot", "list"], ["top", "--rounds", "1"], ["archive", "status"], ["archive", "verify"], ["export"],
      ["export", "--sealed-only"], ["stats", "rebuild"],
    ] {
      let outcome = try await howused.run(command)
      #expect(outcome.status == 1 && outcome.output.isEmpty, "\(command): \(outcome.output)")
      #expect(outcome.error.contains("/mistyped") && outcome.error.contains("--data-dir"), "\(outcome.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/mistyped"))
  }

  @Test("The command line wins over the environment")
  func precedence() async throws {
    let folder = try TemporaryFolder()
    let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path + "/environment"])
    #expect(try await howused.run("bot", "add", "5", "--data-dir", folder.path + "/option").status == 0)
    #expect(FileManager.default.fileExists(atPath: folder.path + "/option"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/environment"))
  }

  @Test("Whichever command is first fixes the number of partitions, as the environment says")
  func partitions() async throws {
    let folder = try TemporaryFolder()
    let environment = ["HOWUSED_DATA_DIR": folder.path + "/data", "HOWUSED_PARTITIONS": "4"]
    #expect(try await HowUsedProgram(environment: environment).run("bot", "add", "5").status == 0)
    let other = environment.merging(["HOWUSED_PARTITIONS": "8"]) { $1 }
    let outcome = try await HowUsedProgram(environment: other).run("bot", "list")
    #expect(outcome.status == 1)
    #expect(outcome.error.contains("4 partitions"), "\(outcome.error)")
  }

  @Test(
    "Help and version need nothing",
    arguments: [["--help"], ["serve", "--help"], ["bot", "add", "--help"], ["--version"]]
  )
  func help(arguments: [String]) async throws {
    // Not even a sound environment.
    let outcome = try await HowUsedProgram(environment: ["HOWUSED_PORT": "x"]).run(arguments)
    #expect(outcome.status == 0)
    #expect(!outcome.output.isEmpty)
  }

  @Test("Redis that can't be reached is one line with its address, soon")
  func unreachable() async throws {
    let folder = try TemporaryFolder()
    let url = "unix://\(folder.path)/none.sock"
    let outcome = try await HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path, "HOWUSED_REDIS_URL": url])
      .run("bot", "list")
    #expect(outcome.status == 1)
    #expect(outcome.error.contains(url))
    #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
  }

  @Test("Without redis-server the error names the package")
  func missing() async throws {
    let folder = try TemporaryFolder()
    let outcome = try await HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path, "PATH": "/nowhere"])
      .run("bot", "list")
    #expect(outcome.status == 1)
    #expect(outcome.error.contains("apt-get install redis-server"))
  }

  @Test("An own Redis is used instead of a private one")
  func ownRedis() async throws {
    try await RedisServerProcess.with { server in
      let folder = try TemporaryFolder()
      let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path, "HOWUSED_REDIS_URL": server.url])
      #expect(try await howused.run("bot", "add", "5").status == 0)
      #expect(try await howused.run("bot", "list").output.hasPrefix("5\t"))
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/redis"))
    }
  }
}
