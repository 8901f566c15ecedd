package import HowUsedModel
package import HowUsedStore

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

/// The files in the `date=…` folders.
struct DatedNames {
  struct Name: Equatable {
    var date: String
    var number: UInt64
    var path: String
  }

  private var all: [(file: String, date: String, path: String)] = []

  static func list(_ layout: ArchiveLayout) throws(FileError) -> DatedNames {
    var result = DatedNames()
    for folder in try Folder.names(in: layout.root) where folder.hasPrefix(ArchiveLayout.datePrefix) {
      let date = String(folder.dropFirst(ArchiveLayout.datePrefix.count))
      for file in try Folder.names(in: "\(layout.root)/\(folder)") {
        result.all.append((file, date, "\(layout.root)/\(folder)/\(file)"))
      }
    }
    return result
  }

  func names(of partition: Partition) -> [Name] {
    all.compactMap { entry in
      ArchiveLayout.datedNumber(entry.file, partition).map { Name(date: entry.date, number: $0, path: entry.path) }
    }
  }
}
