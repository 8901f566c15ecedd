/// One of the fixed number of streams. A bot lives in one.
package struct Partition: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// As in key and folder names: `p07`, `p123`.
  package var description: String { rawValue < 10 ? "p0\(rawValue)" : "p\(rawValue)" }

  package static func < (left: Partition, right: Partition) -> Bool { left.rawValue < right.rawValue }
}
