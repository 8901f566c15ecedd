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

/// Tokens that are brought along instead of made.
struct TokenOptions: ParsableArguments {
  @Option(help: "Use this as the API token: 8 to 128 visible ASCII characters.", valueName: "token")
  var apiToken: Token?

  @Option(help: "Use this as the view token: 8 to 128 visible ASCII characters.", valueName: "token")
  var viewToken: Token?

  /// Prints tokens the one time that they are shown.
  static func show(api: Token?, view: Token?) {
    if let api { print("API token:  \(api.text)") }
    if let view { print("View token: \(view.text)") }
    print("Keep them now: they can't be shown again.")
  }
}

extension Token: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Option where Value == Token? {
  fileprivate init(help: String, valueName: String) {
    self.init(help: ArgumentHelp(help, valueName: valueName))
  }
}
