import ArgumentParser
import HowUsedStore

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
