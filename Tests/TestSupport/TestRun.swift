import Foundation

/// How a run of the tests was asked for, by variables of the environment.
package enum TestRun {
  private static let environment = ProcessInfo.processInfo.environment

  /// False in `scripts/test --fast` (`HOWUSED_FAST_TESTS`), which leaves out what kills and restarts programs for long.
  package static let isComplete = environment["HOWUSED_FAST_TESTS"] == nil

  /// In CI, what a test needs has to be there: there it fails where elsewhere it would be skipped.
  package static let isCI = environment["CI"] != nil

  /// The Python that scripts/test made, with the packages in Tests/requirements.txt; nil: it wasn't made.
  package static let python: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let candidates = [
      environment["HOWUSED_TEST_PYTHON"], root.appending(path: "scripts/.venv/bin/python").path(percentEncoded: false),
    ]
    return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// A random test's seed: `HOWUSED_SEED`, else a new one. Prints it, so that a failed run can be repeated.
  package static func seed(_ test: String = #function) -> UInt64 {
    let seed = environment["HOWUSED_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1_000_000_000)
    print("\(test): HOWUSED_SEED=\(seed)")
    return seed
  }

  /// How much of a random test is run: `HOWUSED_TEST_COUNT`, else what it says itself.
  package static func count(_ usual: Int) -> Int {
    environment["HOWUSED_TEST_COUNT"].flatMap { Int($0) } ?? usual
  }
}
