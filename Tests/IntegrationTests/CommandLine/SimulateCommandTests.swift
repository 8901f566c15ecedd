import Foundation
import HowUsedModel
import TestSupport
import Testing

@Suite struct SimulateCommandTests {
  @Test("Simulated traffic is stored, and top tells of it")
  func simulates() async throws {
    let folder = try TemporaryFolder()
    let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path])
    #expect(try await howused.run("simulate", "--bot", "7", "--for", "1s").status == 1)
    #expect(try await howused.run("bot", "add", "7").status == 0)
    let sent = try await howused.run("simulate", "--bot", "7", "--rate", "1", "--for", "2s", "--history", "1h")
    #expect(sent.status == 0, "\(sent.error)")
    #expect(sent.output.hasPrefix("Sent "))
    let top = try await howused.run("top", "--rounds", "2")
    #expect(top.status == 0, "\(top.error)")
    let lines = top.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.contains(" bots=1 ") && !$0.contains(" online=0 ") }, "\(top.output)")
    #expect(lines.allSatisfy { $0.hasSuffix(" archiving=0/16 archivers=0") }, "nobody archives: \(top.output)")
  }

  @Test("The past has its own times, older ones than the API takes, and makes nobody online but the last ones")
  func past() async throws {
    let folder = try TemporaryFolder()
    let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path])
    #expect(try await howused.run("bot", "add", "7").status == 0)
    // Before the past begins: on a busy machine it is seconds older by the time it's looked at.
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let sent = try await howused.run("simulate", "--bot", "7", "--rate", "0.02", "--for", "1s", "--history", "9d")
    #expect(sent.status == 0, "\(sent.error)")
    let export = try await howused.run("export", "--bot", "7", "--format", "csv")
    #expect(export.status == 0, "\(export.error)")
    let days = export.output.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      line.split(separator: ",").lazy.compactMap { UTCTime.parse(String($0)) }.first.map { (now - $0) / 86_400_000 }
    }
    #expect(sent.output.hasSuffix("Sent \(days.count) events of bot 7.\n"), "\(sent.output)")
    #expect(days == days.sorted(by: >))
    #expect(days.first == 8 && days.last == 0 && Set(days).count == 9)
    let top = try await howused.run("top", "--rounds", "1")
    let online = top.output.split(separator: " ").first { $0.hasPrefix("online=") }.flatMap { Int($0.dropFirst(7)) }
    #expect(online.map { $0 < 20 } == true, "\(top.output)")
  }

  @Test(
    "What can't be meant is refused with the option's name",
    arguments: [
      ["--rate", "0"], ["--rate", "101"], ["--for", "5x"], ["--history", "400d"],
      ["--history", "200d", "--rate", "10"],
    ]
  )
  func refuses(option: [String]) async throws {
    let refused = try await HowUsedProgram().run(["simulate", "--bot", "7"] + option)
    #expect(refused.status == 64)
    #expect(refused.error.contains(option[0]))
  }
}
