import ArgumentParser
import HowUsedModel
import HowUsedStore

struct BotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bot",
    abstract: "Register bots and manage their tokens.",
    discussion: """
      A bot has two tokens. The API token sends events and reads counts: it belongs in the bot's configuration. The \
      view token only opens counts and charts: it may be given to others. Both are shown once, when they are made; \
      howused keeps only their hashes. A change takes effect on every running server within two seconds.
      """,
    subcommands: [
      BotAddCommand.self,
      BotListCommand.self,
      BotShowCommand.self,
      BotRotateCommand.self,
      BotLimitCommand.self,
      BotRemoveCommand.self,
      BotMigrateUpdatesCommand.self,
    ]
  )
}

extension BotID: ExpressibleByArgument {
  public init?(argument: String) {
    guard let number = Int64(argument) else { return nil }
    self.init(rawValue: number)
  }
}

extension BotAdministration {
  init(_ store: Store) { self.init(client: store.client, keys: store.keys) }
}
