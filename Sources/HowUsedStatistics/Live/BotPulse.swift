package import HowUsedModel

/// How a bot is used right now.
package struct BotPulse: Hashable, Sendable {
  /// Uses within the last minute.
  package var usesLastMinute: Int64
  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64

  package init(usesLastMinute: Int64, asOf: Int64) {
    self.usesLastMinute = usesLastMinute
    self.asOf = asOf
  }
}

/// What knows the ``BotPulse`` of bots.
package protocol PulseReading: Sendable {
  /// Asked each second, so it must answer from memory, at once. A bot that it knows nothing of is left out.
  func pulse(of bots: Set<BotID>) async -> [BotID: BotPulse]
}
