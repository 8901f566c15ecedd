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

/// A user's number: any signed 64-bit integer but 0. Group chats are negative.
package struct UserID: RawRepresentable, Hashable, Comparable, Sendable, Codable, LosslessStringConvertible {
  package let rawValue: Int64

  package init?(rawValue: Int64) {
    guard rawValue != 0 else { return nil }
    self.rawValue = rawValue
  }

  package init?(_ description: String) {
    guard let value = Int64(description) else { return nil }
    self.init(rawValue: value)
  }

  package var description: String { String(rawValue) }

  package static func < (left: UserID, right: UserID) -> Bool { left.rawValue < right.rawValue }
}

/// One of the fixed number of streams. A bot lives in one.
package struct Partition: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// As in key and folder names: `p07`, `p123`.
  package var description: String { rawValue < 10 ? "p0\(rawValue)" : "p\(rawValue)" }

  package static func < (left: Partition, right: Partition) -> Bool { left.rawValue < right.rawValue }
}
