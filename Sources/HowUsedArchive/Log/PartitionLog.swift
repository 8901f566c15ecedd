package import HowUsedModel

/// The files of one partition: what is sealed, and the steps by which a part becomes a segment. All calls block.
package struct PartitionLog: Sendable {
  package let layout: ArchiveLayout
  package let partition: Partition
  let hook: CommitHook

  package init(layout: ArchiveLayout, partition: Partition, hook: @escaping CommitHook = { _, _ in }) {
    self.layout = layout
    self.partition = partition
    self.hook = hook
  }

  var folder: String { layout.folder(partition) }

  /// The numbers of the sealed segments, ascending.
  package func numbers() throws(FileError) -> [UInt64] {
    try Folder.names(in: folder).compactMap { ArchiveLayout.segmentNumber($0) }.sorted()
  }

  package func floor() throws -> ArchiveFloor? { try ArchiveFloor.read(layout.floor(partition)) }

  /// Paths of open or left over parts, whoever made them.
  package func parts() throws(FileError) -> [String] {
    try Folder.names(in: folder, hidden: true).filter { $0.hasPrefix(ArchiveLayout.partPrefix) }.map {
      "\(folder)/\($0)"
    }
  }

  /// Paths of segments that were set aside.
  package func damaged() throws(FileError) -> [String] {
    try Folder.names(in: folder).filter { $0.contains(ArchiveLayout.damagedMark) }.map { "\(folder)/\($0)" }
  }

  func announce(_ step: CommitStep) throws { try hook(step, partition) }

  /// Finds the position after validating the newest segment. Segments that fail are set aside and told to `report`.
  package func position(report: (SegmentDamage) -> Void) throws -> LogPosition {
    try Folder.make(folder)
    var position = LogPosition.start
    if let floor = try floor() { position = LogPosition(last: floor.last, number: floor.number) }
    for number in try numbers().reversed() where number > position.number {
      let path = layout.segment(number, partition)
      do {
        let footer = try SegmentReader.validated(path, number: number, partition: partition)
        position = LogPosition(last: footer.last, number: number)
        break
      } catch let damage as SegmentDamage {
        report(damage)
        try setAside(number)
      }
    }
    // A crash may have come between a link and the sync of its folder: nothing may rely on a name before this.
    try Folder.sync(folder)
    return position
  }

  /// Takes a damaged segment out of every reader's sight, and keeps it.
  private func setAside(_ number: UInt64) throws(FileError) {
    let path = layout.segment(number, partition)
    try Folder.rename(path, to: "\(path)\(ArchiveLayout.damagedMark)\(RandomName.make())")
    let dated = ArchiveLayout.datedName(number, partition)
    for name in try Folder.names(in: layout.root) where name.hasPrefix(ArchiveLayout.datePrefix) {
      try Folder.unlink("\(layout.root)/\(name)/\(dated)")
    }
    try Folder.sync(folder)
  }
}
