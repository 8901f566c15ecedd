package import HowUsedModel

/// What viewers of a live count look at.
package struct LiveWindow: Hashable, Sendable {
  package let bot: BotID
  package let seconds: Int

  package init(bot: BotID, seconds: Int) {
    self.bot = bot
    self.seconds = seconds
  }
}
