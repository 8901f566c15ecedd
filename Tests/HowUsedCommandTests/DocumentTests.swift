import ArgumentParser
import Foundation
import HowUsedModel
import Testing

@testable import howused

/// The README and the documents name files, commands and options that exist.
struct DocumentTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
  static let folder = "Sources/howused/Documentation.docc"

  struct Document: CustomStringConvertible, Sendable {
    let path: String
    let text: String

    var description: String { path }
    /// What stands in single backquotes outside of fenced blocks.
    var code: [Substring] { parts(/`([^`\n]+)`/) }
    /// Where links and pictures lead.
    var links: [Substring] { parts(/\]\(([^)\s]+)\)/) }

    private func parts(_ pattern: Regex<(Substring, Substring)>) -> [Substring] {
      var isFenced = false
      return text.split(separator: "\n").flatMap { line -> [Substring] in
        if line.hasPrefix("```") { isFenced.toggle() }
        return isFenced || line.hasPrefix("```") ? [] : line.matches(of: pattern).map(\.output.1)
      }
    }
  }

  /// All documents that people read.
  static let documents: [Document] = {
    let articles = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
    let paths =
      ["README.md", "CHANGELOG.md", "scripts/benchmarks/README.md"]
      + articles.filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
    return paths.map { path in
      Document(path: path, text: (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? "")
    }
  }()

  private static func document(_ name: String) throws -> Document {
    try #require(documents.first { $0.path.hasSuffix(name) && !$0.text.isEmpty }, "\(name)")
  }

  private static func exists(_ path: some StringProtocol) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: String(path)).path)
  }

  /// The names of all source files, and how often each is there.
  private static let sources: [String: Int] = {
    var names: [String: Int] = [:]
    for folder in ["Sources", "Tests", "scripts"] {
      let files = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      for case let file as String in files ?? .init() {
        names[String(file.split(separator: "/").last ?? ""), default: 0] += 1
      }
    }
    return names
  }()

  @Test("Every file that is named exists, and a name without its folder is that of one file", arguments: documents)
  func files(document: Document) {
    #expect(!document.text.isEmpty)
    for code in document.code {
      // A command's first word is its file.
      let name = code.prefix { $0 != " " }
      if name.contains(where: { "*…<".contains($0) }) { continue }
      if ["Sources/", "Tests/", "scripts/", ".ci/"].contains(where: name.hasPrefix) {
        #expect(Self.exists(name), "\(name)")
      } else if name.wholeMatch(of: /[\w+]+\.(swift|c|h|py|sh|lua)/) != nil {
        #expect(Self.sources[String(name)] == 1, "\(name): \(Self.sources[String(name)] ?? 0) files")
      }
    }
  }

  @Test("Every link leads to a file, and to a heading in it", arguments: documents)
  func links(document: Document) throws {
    let folder = document.path.split(separator: "/").dropLast().map { $0 + "/" }.joined()
    for link in document.links where !link.contains(":") {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let path = parts[0].isEmpty ? document.path : folder + parts[0]
      #expect(Self.exists(path), "\(link)")
      guard parts.count == 2 else { continue }
      let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
      let headings = text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
        line.drop { $0 == "#" || $0 == " " }.lowercased().replacing(" ", with: "-")
      }
      #expect(headings.contains(String(parts[1])), "\(link)")
    }
  }

  @Test("The README is short")
  func length() throws {
    let text = try Self.document("README.md").text
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
    #expect(text.contains("\nscripts/test\n"))
  }

  @Test("The options of serve are those that it has")
  func options() throws {
    let text = try Self.document("Operations.md").text
    let table = text.split(separator: "\n").filter { $0.hasPrefix("| `--") }
    let named = Set(table.flatMap { $0.split(separator: "|")[0].matches(of: /--[a-z-]+/).map { String($0.output) } })
    let help = ServeCommand.helpMessage()
    let had = Set(
      help.split(separator: "\n").compactMap { $0.firstMatch(of: /^ +(?:-\w, )?(--[a-z-]+)/) }.map {
        String($0.output.1)
      }
    )
    #expect(named == had.subtracting(["--help", "--version"]))
  }

  @Test("Every error and every limit of the API is in its document")
  func errors() throws {
    let document = try Self.document("API.md")
    for code in ErrorCode.allCases { #expect(document.code.contains(Substring(code.rawValue)), "\(code.rawValue)") }
    let text = document.text
    let events = Limits.eventScalars
    #expect(text.contains("the event's name: \(events.lowerBound) to \(events.upperBound) characters"))
    #expect(text.contains("text of up to \(Limits.paramBytes) bytes"))
    let seconds = Limits.onlineSeconds
    #expect(text.contains("\(seconds.lowerBound) to \(seconds.upperBound), \(Limits.defaultOnlineSeconds) when absent"))
    #expect(text.contains("at most \(Limits.backfillAge / 86_400) days old"))
    #expect(Limits.batchItems == 1...1000 && text.contains("up to 1,000 objects"))
    #expect(Limits.reportedItems == 20 && text.contains("the first 20"))
    #expect(Limits.bodyBytes == 1 << 20 && text.contains("at most 1 MB after unpacking"))
  }
}
