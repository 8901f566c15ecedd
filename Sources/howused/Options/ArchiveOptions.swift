import ArgumentParser
import HowUsedArchive

/// How the server archives.
struct ArchiveOptions: ParsableArguments {
  @Option(
    help: .setting(
      "archive-interval",
      "After how many seconds an archive file is sealed, if it isn't full before.",
      valueName: "seconds"
    )
  )
  var archiveInterval: Int = Settings.value("archive-interval") ?? 3600

  @Option(
    help: .setting(
      "archive-keep-days",
      "Remove archived days that are older than this. (default: keep everything)",
      valueName: "days"
    )
  )
  var archiveKeepDays: Int?

  /// Nil keeps everything.
  var keepDays: Int? { archiveKeepDays ?? Settings.value("archive-keep-days") }

  func validate() throws {
    guard (1...86_400).contains(archiveInterval) else {
      throw ValidationError("--archive-interval: \(archiveInterval) is not within 1 to 86400")
    }
    if let keepDays, !Retention.keepDaysLimits.contains(keepDays) {
      let most = Retention.keepDaysLimits.upperBound
      throw ValidationError("--archive-keep-days: \(keepDays) is not within 1 to \(most)")
    }
  }
}
