import ArgumentParser
import Foundation
import HowUsedArchive
import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Synchronization

struct StatsRebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Count everything anew from the archive and the rest of the streams.",
    discussion: """
      Beside a running server, which goes on counting: the new statistics take the place of the old ones when they are \
      as far. Online peaks stay as they were observed. Run it where the archive is.
      """
  )

  @Option(help: "Only this bot.")
  var bot: BotID?

  @Flag(help: "Even if archived days were removed, and with them what only they could tell.")
  var force = false

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let dataFolder = try store.configuration().dataFolder
    let events = try await store.withStore { store in
      let line = ProgressCount()
      let partitions = bot.map { [store.keys.partition(of: $0)] } ?? store.keys.partitions
      for partition in partitions {
        try await Rebuild(
          client: store.client,
          schema: store.keys,
          partition: partition,
          archive: .inDataFolder(dataFolder),
          only: bot
        ) { line.add($0, partition) }.run(force: force)
      }
      return line.finish()
    }
    print("Counted \(events) events anew.")
  }
}

/// Tells on a terminal's standard error how far it is.
private final class ProgressCount: Sendable {
  private let state = Mutex((events: 0, told: ContinuousClock.now))
  private let isTerminal = isatty(2) == 1

  func add(_ events: Int, _ partition: Partition) {
    let text = state.withLock { state -> String? in
      state.events += events
      guard isTerminal, state.told.duration(to: .now) > .milliseconds(200) else { return nil }
      state.told = .now
      return "\r\(partition): \(state.events) events "
    }
    if let text { write(text) }
  }

  func finish() -> Int {
    if isTerminal { write("\r\u{1b}[K") }
    return state.withLock { $0.events }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
