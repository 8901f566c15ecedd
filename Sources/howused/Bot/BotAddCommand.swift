import ArgumentParser
import HowUsedModel
import HowUsedStore

struct BotAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Register a bot and print its tokens.",
    discussion: """
      Give --api-token and --view-token to import the tokens that a bot has already, so that its configuration need not \
      change; a token that isn't given is made.
      """
  )

  @Argument(help: "The bot's id: the number before the colon of its Telegram token.")
  var id: BotID

  @Option(help: "A name for people, shown on the charts.")
  var name: String = ""

  @OptionGroup var tokens: TokenOptions
  @OptionGroup var store: StoreOptions

  func run() async throws {
    let made = BotTokens(api: tokens.apiToken ?? .random(), view: tokens.viewToken ?? .random())
    try await store.withStore(isFirst: true) { store in
      try await BotAdministration(store).add(id, name: name, tokens: made)
    }
    print(name.isEmpty ? "Bot \(id) is registered." : "Bot \(id) (\(name)) is registered.")
    TokenOptions.show(api: made.api, view: made.view)
  }
}
