import ArgumentParser
import HowUsedModel
import HowUsedStore

struct BotRotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Give a bot new tokens; the old ones stop working within two seconds."
  )

  enum Which: String, CaseIterable, ExpressibleByArgument { case api, view, both }

  @Argument(help: "The bot's id.")
  var id: BotID

  @Option(help: "Which token to change.")
  var only: Which = .both

  @OptionGroup var tokens: TokenOptions
  @OptionGroup var store: StoreOptions

  func validate() throws {
    if only == .api, tokens.viewToken != nil { throw ValidationError("--view-token makes no sense with --only api") }
    if only == .view, tokens.apiToken != nil { throw ValidationError("--api-token makes no sense with --only view") }
  }

  func run() async throws {
    let api = only == .view ? nil : tokens.apiToken ?? .random()
    let view = only == .api ? nil : tokens.viewToken ?? .random()
    try await store.withStore { try await BotAdministration($0).rotate(id, api: api, view: view) }
    print("Bot \(id) has new tokens.")
    TokenOptions.show(api: api, view: view)
  }
}
