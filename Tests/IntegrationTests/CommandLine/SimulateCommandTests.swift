import TestSupport
import Testing

@Suite struct SimulateCommandTests {
  @Test("Simulated traffic is stored, and top tells of it")
  func simulates() async throws {
    let folder = try TemporaryFolder()
    let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path])
    #expect(try await howused.run("simulate", "--bot", "7", "--for", "1s").status == 1)
    #expect(try await howused.run("bot", "add", "7").status == 0)
    let sent = try await howused.run("simulate", "--bot", "7", "--rate", "200", "--for", "2s", "--history", "1h")
    #expect(sent.status == 0, "\(sent.error)")
    #expect(sent.output.hasPrefix("Sent "))
    let top = try await howused.run("top", "--rounds", "2")
    #expect(top.status == 0, "\(top.error)")
    let lines = top.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.contains(" bots=1 ") && !$0.contains(" online=0 ") }, "\(top.output)")
    #expect(lines.allSatisfy { $0.hasSuffix(" archiving=0/16 archivers=0") }, "nobody archives: \(top.output)")
  }

  @Test(
    "What can't be meant is refused with the option's name",
    arguments: [
      ["--users", "0"], ["--rate", "0"], ["--for", "5x"], ["--history", "200h"],
    ]
  )
  func refuses(option: [String]) async throws {
    let refused = try await HowUsedProgram().run(["simulate", "--bot", "7"] + option)
    #expect(refused.status == 64)
    #expect(refused.error.contains(option[0]))
  }
}
