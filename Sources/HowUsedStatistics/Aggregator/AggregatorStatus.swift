package import HowUsedModel

/// How the aggregator is doing.
package struct AggregatorStatus: Sendable {
  /// Events counted since the start.
  package var counted = 0
  /// Stream entries that are no events.
  package var malformed = 0
  /// Why nothing is counted at the moment; nil when all is well.
  package var problem: String?
  /// Bots with more combinations or dimensions in a bucket than are counted, and the latest such bucket.
  package var overflowing: [BotID: String] = [:]
  /// When events of a bot were last counted here, in Unix milliseconds: those of the last minutes.
  package var activeBots: [BotID: Int64] = [:]

  package init() {}
}
