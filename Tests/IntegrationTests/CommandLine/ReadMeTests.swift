import Foundation
import Testing
import TestSupport

/// The curl lines of the README and of the API's document, run as they stand against a server: only curl's own settings say
/// that it is on another port.
struct ReadMeTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

  /// The lines of the fenced blocks that start like this.
  static func lines(startingWith command: String) -> [String] {
    ["README.md", "Sources/howused/Documentation.docc/API.md"].flatMap { path in
      var isInside = false
      let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8)
      return (text ?? "").split(separator: "\n").compactMap { line in
        if line.hasPrefix("```") { isInside.toggle() }
        return isInside && line.hasPrefix(command) ? String(line) : nil
      }
    }
  }

  @Test("The commands of scripts/run have the options that it gives them")
  func script() async throws {
    let path = Self.root.appending(path: "scripts/run")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter {
      $0.contains("\"$howused\" ")
    }
    #expect(lines.count >= 4)
    for line in lines {
      let words = try #require(line.components(separatedBy: "\"$howused\" ").last).split(separator: " ")
      let command = words.prefix { $0.allSatisfy(\.isLetter) }.map(String.init)
      let help = try await HowUsedProgram().run(command + ["--help"]).output
      for option in words where option.hasPrefix("--") { #expect(help.contains(" \(option) "), "\(line)") }
    }
  }

  @Test("Every curl line is answered with ok")
  func curl() async throws {
    let lines = Self.lines(startingWith: "curl ")
    #expect(lines.count >= 4)
    let folder = try TemporaryFolder()
    let howused = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path + "/data"])
    let register = try #require(Self.lines(startingWith: "howused bot add 1234567 --api-token").first)
    #expect(try await howused.run(register.split(separator: " ").dropFirst().map(String.init)).status == 0)

    let server = try await ServerProcess(dataFolder: folder.path + "/data")
    let settings = "silent\nconnect-to = \"127.0.0.1:8080:127.0.0.1:\(server.port)\"\n"
    try settings.write(toFile: folder.path + "/.curlrc", atomically: true, encoding: .utf8)
    let shell = HowUsedProgram(environment: ["CURL_HOME": folder.path])
    let ready = try await eventually {
      try await shell.shell("curl http://127.0.0.1:8080/health").output.contains(#""status":"ready""#)
    }
    #expect(ready)
    for line in lines {
      let answer = try await shell.shell(line).output
      #expect(answer.hasPrefix(#"{"ok":true"#), "\(line)\n\(answer)")
    }
    #expect(await server.stop() != nil)
  }
}
