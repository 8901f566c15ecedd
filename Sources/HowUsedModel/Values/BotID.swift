/// The id of a bot: 1 to 2^53, so that every JSON reader holds it exactly.
package struct BotID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  package static let limits: ClosedRange<Int64> = 1...(1 << 53)

  package let rawValue: Int64

  /// - Returns: nil when outside of ``limits``.
  package init?(rawValue: Int64) {
    guard Self.limits.contains(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  package var description: String { String(rawValue) }

  package static func < (left: BotID, right: BotID) -> Bool { left.rawValue < right.rawValue }
}
