import ArgumentParser
import HowUsedArchive
import HowUsedModel
import HowUsedStore

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write out events: those of the archive's files, then those that only Redis has yet.",
    discussion: """
      Partition by partition, in the order in which they came; the events of one bot are all in one. Times are UTC and \
      inclusive (--from) or exclusive (--to): 2026-11-22, 2026-11-22T10:00Z or 2026-11-22T10:00:00.123Z. In CSV, text \
      that a spreadsheet would run as a formula begins with an apostrophe.

      howused export --bot 1234567 --from 2026-11-01 --to 2026-12-01 --format csv --output november.csv
      """
  )

  @Option(help: "Only this bot.")
  var bot: BotID?

  @Option(
    help: ArgumentHelp("Only events from this time on, as in 2026-11-22 or 2026-11-22T10:00Z (UTC).", valueName: "time")
  )
  var from: ExportTime?

  @Option(help: ArgumentHelp("Only events before this time, written likewise.", valueName: "time"))
  var to: ExportTime?

  @Option(help: ArgumentHelp("Only events of this name.", valueName: "name"))
  var event: String?

  @Option(help: ArgumentHelp("How they are written: ndjson (the archive's lines) or csv.", valueName: "format"))
  var format: ExportFormat = .ndjson

  @Option(
    help: ArgumentHelp("A file, which is replaced when everything is written; else standard output.", valueName: "file")
  )
  var output: String?

  @Flag(help: "Only sealed files, without Redis.")
  var sealedOnly = false

  @OptionGroup var store: StoreOptions

  func validate() throws {
    if let from, let to, from.milliseconds >= to.milliseconds {
      throw ValidationError("--from must be before --to")
    }
  }

  func run() async throws {
    let layout = try sealedOnly ? store.existingArchive() : store.archive()
    var filter = ExportFilter()
    filter.bot = bot
    filter.from = from?.milliseconds
    filter.to = to?.milliseconds
    filter.event = event
    let done: ExportProgress
    if sealedOnly {
      done = try await Interruption.cancelling { [filter] in
        try await write(Exporter(layout: layout, streams: nil, filter: filter, format: format))
      }
    } else {
      done = try await store.withStore(archive: true) { [filter] store in
        let streams = EventStreams(client: store.client, keys: store.keys)
        return try await write(Exporter(layout: layout, streams: streams, filter: filter, format: format))
      }
    }
    if let output { print("\(done.events) events written to \(output)") }
  }

  private func write(_ exporter: Exporter) async throws -> ExportProgress {
    let line = ProgressLine()
    defer { line.clear() }
    let target = try ExportTarget(output)
    let done = try await exporter.run { bytes in
      try Task.checkCancellation()
      try target.write(bytes)
    } progress: { progress in
      let part = progress.totalBytes > 0 ? Double(progress.doneBytes) / Double(progress.totalBytes) : 1
      line.show(done: part, "\(progress.events) events")
    }
    try target.finish()
    return done
  }
}

/// Where an export goes: standard output, or a file that appears under its name when it is complete.
private final class ExportTarget {
  private let path: String?
  private let file: File

  init(_ path: String?) throws {
    self.path = path
    guard let path else {
      file = File.standardOutput
      return
    }
    try Folder.unlink(Self.temporary(path))
    file = try File.create(Self.temporary(path))
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    do {
      try file.write(bytes)
    } catch  where error.isBrokenPipe {
      // As with `| head`: the reader has had enough, and there is nothing to complain about.
      throw ExitCode(141)
    }
  }

  func finish() throws {
    guard let path else { return }
    try file.sync()
    try file.close()
    try Folder.rename(Self.temporary(path), to: path)
  }

  private static func temporary(_ path: String) -> String { "\(path).partial" }
}

/// A time on the command line.
struct ExportTime: ExpressibleByArgument {
  let milliseconds: Int64

  init?(argument: String) {
    guard let milliseconds = UTCTime.parse(argument) else { return nil }
    self.milliseconds = milliseconds
  }
}

extension ExportFormat: ExpressibleByArgument {}
