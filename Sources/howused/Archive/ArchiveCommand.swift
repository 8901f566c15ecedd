import ArgumentParser
import HowUsedArchive

struct ArchiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive",
    abstract: "Look at the archive, check it and make it tidy.",
    subcommands: [
      ArchiveStatusCommand.self, ArchiveVerifyCommand.self, ArchiveCompactCommand.self, ArchiveAttachCommand.self,
    ]
  )
}

struct ArchiveVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read the whole archive and check every checksum, count, order and that nothing is missing in between.",
    discussion: """
      Needs no Redis and may run beside a server. Exit code 1, and the file and byte of everything that is wrong, when \
      the archive is not as it was written.
      """
  )

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let layout = try store.existingArchive()
    let line = ProgressLine()
    let report = try await Interruption.cancelling {
      try ArchiveVerifier(layout: layout).verify { line.show("\($0) segments read") }
    }
    line.clear()
    for problem in report.problems { print(problem) }
    print("\(report.segments) segments, \(report.events) events, \(report.bytes) bytes: ", terminator: "")
    guard report.isSound else {
      print("\(report.problems.count) problems")
      throw ExitCode(1)
    }
    print("all as it was written")
  }
}
