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
