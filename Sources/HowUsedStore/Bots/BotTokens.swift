/// The two tokens of a bot in plain text: they exist only while they are made and shown, once.
package struct BotTokens: Sendable {
  package var api: Token
  package var view: Token

  package init(api: Token = .random(), view: Token = .random()) {
    self.api = api
    self.view = view
  }
}
