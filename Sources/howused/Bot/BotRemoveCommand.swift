import ArgumentParser
import HowUsedArchive
import HowUsedModel
import HowUsedStore

struct BotRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a bot: its tokens, its online users and its statistics, for good.",
    discussion: """
      Archived events stay in the archive's files, unless --purge-archive takes them out of those that are sealed. It \
      may run beside a server, and again for a bot that was removed before.
      """
  )

  @Argument(help: "The bot's id.")
  var id: BotID

  @Flag(help: "Remove its events from the sealed archive files, too.")
  var purgeArchive = false

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var store: StoreOptions

  func run() async throws {
    if !yes {
      let what = purgeArchive ? "its statistics and its archived events" : "its statistics"
      print("Remove bot \(id) with \(what)? Type its id to go on: ", terminator: "")
      guard readLine() == id.description else {
        print("Nothing is removed.")
        throw ExitCode.failure
      }
    }
    let layout = try store.archive()
    let report = try await store.withStore(archive: purgeArchive) { try await remove($0, layout) }
    guard let report else { return }
    for problem in report.problems { print("Left as it is, and may hold events of the bot: \(problem)") }
    guard report.problems.isEmpty else { throw ExitCode.failure }
  }

  /// Returns nil when the archive is left alone.
  private func remove(_ store: Store, _ layout: ArchiveLayout) async throws -> PurgeReport? {
    do {
      let removed = try await BotAdministration(store).remove(id)
      print("Bot \(id) is removed, with \(removed) keys.")
    } catch StoreError.noSuchBot(_) where purgeArchive {
      print("Bot \(id) is not registered.")
    }
    guard purgeArchive else { return nil }
    let line = ProgressLine()
    let report = try ArchivePurger(layout: layout).remove(id, store.keys.partition(of: id)) {
      line.show("\($0) archive files read")
    }
    line.clear()
    print(
      """
      \(report.events) events are removed from the archive: \(report.rewritten) of \(report.segments) files in \
      \(layout.root) had some.
      Events of the bot that are not sealed yet will still be archived: to remove these, run this again after the next \
      sealing.
      """
    )
    return report
  }
}
