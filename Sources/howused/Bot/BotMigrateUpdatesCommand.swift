import ArgumentParser
import HowUsedModel
import HowUsedStatistics
import HowUsedStore

struct BotMigrateUpdatesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate-updates",
    abstract: "Let a bot's deprecated updates count as an event.",
    discussion: """
      Requests without an event (requestType "update", or none) are counted apart. This gives all of them, past and \
      future, an event's name, at once. It can be done again with another name, or undone with --undo. The archive keeps \
      what was sent.
      """
  )

  @Argument(help: "The bot's id.")
  var id: BotID

  @Argument(help: "The event's name: 3 to 50 characters.")
  var name: String?

  @Flag(help: "Count them apart again.")
  var undo = false

  @OptionGroup var store: StoreOptions

  func validate() throws {
    guard undo == (name == nil) else { throw ValidationError("give either a name or --undo") }
  }

  func run() async throws {
    try await store.withStore { store in
      // Says so when there is no such bot.
      _ = try await BotAdministration(store).show(id)
      do {
        try await UpdatesMigration(client: store.client, keys: store.keys).migrate(id, to: name)
      } catch let error as RequestError {
        throw CommandError(error.description)
      }
    }
    print(name.map { "All updates of bot \(id) count as the event \($0)." } ?? "Updates of bot \(id) count apart.")
  }
}
