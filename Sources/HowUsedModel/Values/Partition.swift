/// The number of one of the event streams, from 0. A bot lives in one.
package struct Partition: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// "p07": at least two digits, as in key and file names.
  package var description: String { rawValue < 10 ? "p0\(rawValue)" : "p\(rawValue)" }

  package static func < (left: Partition, right: Partition) -> Bool { left.rawValue < right.rawValue }
}
