import ArgumentParser
import HowUsedStore

struct BotListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the registered bots: id, day of registration, name; separated by tabs."
  )

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let bots = try await store.withStore { try await BotAdministration($0).list() }
    for bot in bots { print("\(bot.id)\t\(bot.createdDay)\t\(bot.name)") }
  }
}
