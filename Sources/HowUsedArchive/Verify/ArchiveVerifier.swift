package import HowUsedModel

/// Reads the whole archive and checks every checksum, contiguity from segment to segment, counts, order, and that no id
/// is there twice. May run beside an archiver. All calls block.
package struct ArchiveVerifier: Sendable {
  private let layout: ArchiveLayout

  package init(layout: ArchiveLayout) { self.layout = layout }

  /// The partitions that have a folder, ascending.
  package func partitions() throws(FileError) -> [Partition] {
    try Folder.names(in: layout.log).compactMap { name in
      guard name.hasPrefix("p"), let number = UInt16(name.dropFirst()) else { return nil }
      let partition = Partition(rawValue: number)
      return partition.description == name ? partition : nil
    }.sorted()
  }

  /// - Parameter progress: called after each segment with the number of segments read so far.
  /// - Throws: `FileError` when a file can't be read at all.
  package func verify(progress: (Int) -> Void = { _ in }) throws -> VerifyReport {
    var report = VerifyReport()
    // Dated names first: an archiver makes them after the segments, so that each must have its segment below.
    let dated = try DatedNames.list(layout)
    for partition in try partitions() {
      let before = report.segments
      var check = PartitionCheck(log: PartitionLog(layout: layout, partition: partition))
      try check.run(dated: dated.names(of: partition)) { progress(before + $0) }
      report.add(check.report)
    }
    return report
  }
}
