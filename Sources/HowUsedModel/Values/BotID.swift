/// A bot's number: 1…2^53, so that JavaScript can hold it exactly.
package struct BotID: RawRepresentable, Hashable, Comparable, Sendable, Codable, LosslessStringConvertible {
  package let rawValue: Int64

  package init?(rawValue: Int64) {
    guard Limits.botID.contains(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  /// Stands in where the bot is not known yet.
  static var smallest: BotID { BotID(unchecked: Limits.botID.lowerBound) }

  private init(unchecked rawValue: Int64) { self.rawValue = rawValue }

  /// Plain decimal text, as in a command line or a Redis reply.
  package init?(_ description: String) {
    guard let value = Int64(description) else { return nil }
    self.init(rawValue: value)
  }

  package var description: String { String(rawValue) }

  package static func < (left: BotID, right: BotID) -> Bool { left.rawValue < right.rawValue }
}
