package import HowUsedModel

/// All bots as of one moment: an immutable value that each event loop holds for itself.
package struct BotSnapshot: Sendable {
  package let bots: [BotID: BotRecord]
  /// False until the registry has been read once. Until then nobody can be told that a token is wrong: answer 503.
  package let isLoaded: Bool

  package static let notLoaded = BotSnapshot(bots: [:], isLoaded: false)

  package init(bots: [BotID: BotRecord], isLoaded: Bool = true) {
    self.bots = bots
    self.isLoaded = isLoaded
  }

  package subscript(id: BotID) -> BotRecord? { bots[id] }
}
