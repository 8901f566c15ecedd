package import HowUsedModel

/// What `howused archive status` tells about a partition.
package struct PartitionStatus: Sendable, Equatable {
  package var partition: Partition
  /// Sealed ones.
  package var segments = 0
  package var events = 0
  /// On disk.
  package var bytes = 0
  /// Events in open parts.
  package var openEvents = 0
  /// The newest event in a file, sealed or open, in unix milliseconds.
  package var newest: Int64?
  /// Events that no file has yet; counted up to ``lagLimit``. Nil when Redis was not asked.
  package var lagEvents: Int?
  /// The age of the oldest of these.
  package var lagSeconds: Double?
  package var damaged = 0

  /// More are not counted.
  package static let lagLimit = 200_000

  package init(partition: Partition) { self.partition = partition }
}
