import ArgumentParser
import HowUsedArchive
import HowUsedStore

struct ArchiveCompactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    abstract: "Join the small files of past days: of a quiet bot's day one is left, not 24.",
    discussion: """
      Events, their ids and their order stay as they are. Needs no Redis and may run beside a server; killed at any \
      moment, it goes on when it is run again, or at a server's next start. The newest file of each partition stays \
      apart. What is damaged is told, and left as it is; then the exit code is 1.
      """
  )

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let layout = try store.existingArchive()
    let line = ProgressLine()
    let report = try await Interruption.cancelling {
      let compactor = ArchiveCompactor(layout: layout, now: WallClock.nanoseconds / 1_000_000)
      var report = CompactReport()
      for partition in try ArchiveVerifier(layout: layout).partitions() {
        let before = report.before
        report.add(try compactor.run(partition) { line.show("\(before + $0) segments looked at") })
      }
      return report
    }
    line.clear()
    for problem in report.problems { print(problem) }
    print("\(report.before) files became \(report.after).", terminator: report.problems.isEmpty ? "\n" : " ")
    guard report.problems.isEmpty else {
      print("\(report.problems.count) damaged ones were left as they are; see `howused archive verify`.")
      throw ExitCode(1)
    }
  }
}
