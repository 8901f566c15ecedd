import ArgumentParser
import HowUsedModel
import HowUsedStore

struct BotAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Register a bot and print its tokens.",
    discussion: """
      Give --api-token-file and --view-token-file, or the tokens themselves, to import those that a bot has already, so \
      that its configuration need not change; a token that isn't given is made. What is on a command line every user of \
      the machine can read while it runs, and the shell keeps it: files, standard input and the environment are better.
      """
  )

  @Argument(help: "The bot's id: the number before the colon of its Telegram token.")
  var id: BotID

  @Option(help: "A name for people, shown on the charts.")
  var name: String = ""

  @OptionGroup var tokens: TokenOptions
  @OptionGroup var store: StoreOptions

  func run() async throws {
    let given = try tokens.read()
    let made = BotTokens(api: given.api ?? .random(), view: given.view ?? .random())
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
    if only == .api, tokens.givesView { throw ValidationError("--view-token makes no sense with --only api") }
    if only == .view, tokens.givesAPI { throw ValidationError("--api-token makes no sense with --only view") }
  }

  func run() async throws {
    let given = try tokens.read()
    let api = only == .view ? nil : given.api ?? .random()
    let view = only == .api ? nil : given.view ?? .random()
    try await store.withStore { try await BotAdministration($0).rotate(id, api: api, view: view) }
    print("Bot \(id) has new tokens.")
    TokenOptions.show(api: api, view: view)
  }
}
