package import HowUsedModel

/// Through where a partition's sealed files hold its events.
package struct LogPosition: Sendable, Equatable {
  /// The last id; zero when there is nothing.
  package let last: StreamID
  /// The number of the newest segment; 0 when there was none yet.
  package let number: UInt64

  /// More is no number of a segment, whatever a file says: so there is always a next one.
  static let highestNumber: UInt64 = 1 << 62

  package static let start = LogPosition(last: .zero, number: 0)

  package init(last: StreamID, number: UInt64) {
    self.last = last
    self.number = number
  }
}
