package import HowUsedModel
package import HowUsedStore

/// Reads the whole archive and checks every checksum, contiguity from segment to segment, counts, order, and that no id
/// is there twice. May run beside an archiver. All calls block.
package struct ArchiveVerifier: Sendable {
  private let layout: ArchiveLayout

  package init(layout: ArchiveLayout) { self.layout = layout }

  /// The partitions that have a folder, ascending.
  package func partitions() throws(FileError) -> [Partition] {
    try Folder.names(in: layout.log).compactMap { ArchiveLayout.partition($0) }.sorted()
  }

  /// Those that had one, too.
  private func expected(_ dated: DatedNames) throws(FileError) -> [Partition] {
    var partitions = Set(try partitions())
    for name in try Folder.names(in: layout.log) where name.hasSuffix(ArchiveLayout.headSuffix) {
      if let partition = ArchiveLayout.partition(name.dropLast(ArchiveLayout.headSuffix.count)) {
        partitions.insert(partition)
      }
    }
    return partitions.union(dated.partitions).sorted()
  }

  /// - Parameter progress: called after each segment with the number of segments read so far.
  /// - Throws: `FileError` when the archive can't be read at all.
  package func verify(progress: (Int) -> Void = { _ in }) throws -> VerifyReport {
    var report = VerifyReport()
    // Dated names first: an archiver makes them after the segments, so that each must have its segment below.
    let dated = try DatedNames.list(layout)
    for partition in try expected(dated) {
      let before = report.segments
      var check = PartitionCheck(log: PartitionLog(layout: layout, partition: partition), dated: dated)
      try check.run { progress(before + $0) }
      report.add(check.report)
    }
    return report
  }
}

/// What `howused archive verify` found.
package struct VerifyReport: Sendable, Equatable {
  package var segments = 0
  package var events = 0
  /// Compressed size of the sealed segments.
  package var bytes = 0
  /// Parts that are open or were left over: no fault, their events are still in the stream.
  package var parts = 0
  /// Everything that is wrong; empty for a sound archive.
  package var problems: [SegmentDamage] = []

  package init() {}

  package var isSound: Bool { problems.isEmpty }

  mutating func add(_ other: VerifyReport) {
    segments += other.segments
    events += other.events
    bytes += other.bytes
    parts += other.parts
    problems += other.problems
  }
}
