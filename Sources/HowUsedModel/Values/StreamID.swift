/// The id of an entry of a Redis stream: `<milliseconds>-<sequence>`.
package struct StreamID: Hashable, Comparable, Sendable, CustomStringConvertible, LosslessStringConvertible {
  /// Redis's Unix time in milliseconds when the entry was added.
  package let milliseconds: UInt64
  package let sequence: UInt64

  /// Before every entry.
  package static let zero = StreamID(milliseconds: 0, sequence: 0)

  package init(milliseconds: UInt64, sequence: UInt64) {
    self.milliseconds = milliseconds
    self.sequence = sequence
  }

  /// - Returns: nil unless the text is two unsigned decimal numbers joined by `-`.
  package init?(_ description: String) {
    let parts = description.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let milliseconds = UInt64(parts[0]), let sequence = UInt64(parts[1])
    else { return nil }
    self.init(milliseconds: milliseconds, sequence: sequence)
  }

  /// The smallest id after this one (the greatest id is its own successor).
  package var next: StreamID {
    if sequence < .max { return StreamID(milliseconds: milliseconds, sequence: sequence + 1) }
    return milliseconds < .max ? StreamID(milliseconds: milliseconds + 1, sequence: 0) : self
  }

  package var description: String { "\(milliseconds)-\(sequence)" }

  package static func < (left: StreamID, right: StreamID) -> Bool {
    (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
  }
}
