import ArgumentParser
import HowUsedModel
import HowUsedStore

struct BotRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a bot: its tokens, its online users and its statistics, for good.",
    discussion: "Archived events stay in the archive's files."
  )

  @Argument(help: "The bot's id.")
  var id: BotID

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var store: StoreOptions

  func run() async throws {
    if !yes {
      print("Remove bot \(id) with its statistics? Type its id to go on: ", terminator: "")
      guard readLine() == id.description else {
        print("Nothing is removed.")
        throw ExitCode.failure
      }
    }
    let removed = try await store.withStore { try await BotAdministration($0).remove(id) }
    print("Bot \(id) is removed, with \(removed) keys.")
  }
}
