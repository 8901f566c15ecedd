import Foundation
import HowUsedModel
import HowUsedStore
import Logging
import Redis
import Testing
import TestSupport

/// `howused bot …` as a real process, on a private Redis that each command starts and stops.
struct BotCommandTests {
  private func with(_ body: (HowUsedProgram, TemporaryFolder) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try await body(HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path + "/data"]), folder)
    #expect(try !isRedisAlive(in: folder), "a command left its Redis running")
  }

  private func isRedisAlive(in folder: TemporaryFolder) throws -> Bool {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return try EmbeddedRedis(dataFolder: folder.path + "/data", logger: logger).isAlive
  }

  private func token(_ label: String, in text: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix(label) }?.split(separator: " ").last.map(String.init)
  }

  @Test("A bot is registered, listed, shown, gets new tokens and is removed")
  func life() async throws {
    try await with { howused, _ in
      let added = try await howused.run("bot", "add", "1234567", "--name", "Мой бот")
      #expect(added.status == 0)
      #expect(added.error.isEmpty)
      let api = try #require(token("API token:", in: added.output))
      let view = try #require(token("View token:", in: added.output))
      #expect(api.utf8.count == 36 && view.utf8.count == 36 && api != view)

      let list = try await howused.run("bot", "list")
      #expect(list.output.hasPrefix("1234567\t20"))
      #expect(list.output.hasSuffix("\tМой бот\n"))
      #expect(!list.output.contains(api))

      let show = try await howused.run("bot", "show", "1234567")
      #expect(show.output.contains("name:       Мой бот\n"))
      #expect(show.output.contains("online:     0 (last 120 seconds)\n"))

      let rotated = try await howused.run("bot", "rotate", "1234567", "--only", "api")
      let isNew = token("API token:", in: rotated.output).map { $0 != api }
      #expect(isNew == true)
      #expect(token("View token:", in: rotated.output) == nil)

      let removed = try await howused.run("bot", "remove", "1234567", "--yes")
      #expect(removed.status == 0)
      #expect(try await howused.run("bot", "list").output.isEmpty)
    }
  }

  @Test("Tokens come from files, standard input and the environment, and those that can be guessed aren't taken")
  func tokensFromElsewhere() async throws {
    try await with { howused, folder in
      try Data("  from-a-file-0123\nnot this\n".utf8).write(to: URL(filePath: "\(folder.path)/token"))
      let file = try await howused.run("bot", "add", "1", "--api-token-file", "\(folder.path)/token")
      #expect(token("API token:", in: file.output) == "from-a-file-0123", "\(file.error)")
      let path = HowUsedProgram.path
      let both = "--api-token-file - --view-token-file -"
      let input = try await howused.shell("printf 'api-token-012345\\nview-token-01234\\n' | \(path) bot add 2 \(both)")
      #expect(token("API token:", in: input.output) == "api-token-012345", "\(input.error)")
      #expect(token("View token:", in: input.output) == "view-token-01234")
      let environment = try await howused.shell("HOWUSED_API_TOKEN=from-environment \(path) bot add 3")
      #expect(token("API token:", in: environment.output) == "from-environment", "\(environment.error)")

      for line in ["bot add 4 --api-token 012345678901234", "bot rotate 3 --only api --api-token 012345678901234"] {
        let refused = try await howused.shell("\(path) \(line)")
        #expect(refused.status != 0)
        #expect(refused.error.contains("15 characters can be guessed, 16 are needed"), "\(refused.error)")
      }
      let short = try await howused.shell("HOWUSED_API_TOKEN=012345678901234 \(path) bot add 4")
      #expect(short.error.contains("15 characters can be guessed"), "\(short.error)")
      let missing = try await howused.run("bot", "add", "4", "--api-token-file", "\(folder.path)/none")
      #expect(missing.error.contains("--api-token-file: \(folder.path)/none can't be read"), "\(missing.error)")
      let empty = try await howused.shell("\(path) bot add 4 --view-token-file - < /dev/null")
      #expect(empty.error.contains("--view-token-file: the first line of - is not 8 to 128"), "\(empty.error)")
      #expect(try await howused.run("bot", "list").output.split(separator: "\n").count == 3)
    }
  }

  @Test("Existing tokens are imported as they are")
  func imported() async throws {
    try await with { howused, _ in
      let added = try await howused.run(
        "bot",
        "add",
        "5",
        "--api-token",
        "mine-mine",
        "--view-token",
        "theirs-theirs",
        "--allow-short-tokens"
      )
      #expect(token("API token:", in: added.output) == "mine-mine")
      #expect(token("View token:", in: added.output) == "theirs-theirs")
    }
  }

  @Test("A record whose time can't be is shown")
  func oddRecords() async throws {
    try await RedisServerProcess.with { redis in
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let client = RedisClient(endpoint: redis.endpoint, logger: logger)
      try await client.waitUntilReady(timeout: .seconds(30))
      let folder = try TemporaryFolder()
      let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path, "HOWUSED_REDIS_URL": redis.url])
      let hash = String(repeating: "0", count: 64)
      for (number, created) in [(1, Int64.max), (2, .min), (3, 0)] as [(Int64, Int64)] {
        #expect(try await howused.run("bot", "add", "\(number)").status == 0)
        let json = #"{"name":"x","created":\#(created),"apiTokenHash":"\#(hash)","viewTokenHash":"\#(hash)"}"#
        let id = try #require(BotID(rawValue: number))
        try await client.send("HSET", KeySchema().bots(KeySchema().partition(of: id)), number, json)
      }
      await client.shutdown()
      let list = try await howused.run("bot", "list")
      #expect(list.output == "1\t9999-12-31\tx\n2\t1970-01-01\tx\n3\t1970-01-01\tx\n", "\(list.error)")
    }
  }

  @Test("What can't be done is one line on standard error, and exit code 1")
  func failures() async throws {
    try await with { howused, _ in
      #expect(try await howused.run("bot", "add", "5").status == 0)
      for arguments in [["add", "5"], ["show", "6"], ["rotate", "6"], ["remove", "6", "--yes"]] {
        let outcome = try await howused.run(["bot"] + arguments)
        #expect(outcome.status == 1, "\(arguments)")
        #expect(outcome.output.isEmpty, "\(arguments)")
        #expect(outcome.error.hasPrefix("Error: "), "\(arguments)")
        #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
      }
      let same = try await howused.run(
        "bot",
        "add",
        "7",
        "--api-token",
        "same-same",
        "--view-token",
        "same-same",
        "--allow-short-tokens"
      )
      #expect(same.status == 1)
      #expect(same.error.contains("must differ"))
    }
  }

  @Test("Removing asks first")
  func asks() async throws {
    try await with { howused, _ in
      _ = try await howused.run("bot", "add", "5")
      // Standard input is empty, which isn't a yes.
      let outcome = try await howused.run("bot", "remove", "5")
      #expect(outcome.status == 1)
      #expect(try await howused.run("bot", "show", "5").status == 0)
    }
  }

  @Test("Many commands at once on a new folder don't get in each other's way")
  func together() async throws {
    try await with { howused, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for id in 1...6 {
          group.addTask {
            let outcome = try await howused.run("bot", "add", "\(id)")
            #expect(outcome.status == 0, "\(outcome.error)")
          }
        }
        try await group.waitForAll()
      }
      #expect(try await howused.run("bot", "list").output.split(separator: "\n").count == 6)
    }
  }
}
