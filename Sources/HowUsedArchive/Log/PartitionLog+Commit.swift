import HowUsedModel

extension PartitionLog {
  /// What came of sealing a part.
  package enum Outcome: Sendable, Equatable {
    case sealed(SegmentFooter)
    /// Somebody else archived this range, or took our part away: the part is worth nothing, start over from the files.
    case lost
  }

  /// Makes a new part that continues at `position`.
  package func openPart(after position: LogPosition, compressor: ZstdCompressor) throws -> SegmentWriter {
    let writer = try SegmentWriter(
      path: layout.part(RandomName.make(), partition),
      partition: partition,
      number: position.number + 1,
      previous: position.last,
      compressor: compressor
    )
    try Folder.sync(folder)
    try announce(.partCreated)
    return writer
  }

  package func append(_ batch: LineBatch, to writer: SegmentWriter) throws {
    try announce(.willWriteBatch)
    try writer.append(batch)
    try announce(.batchWritten)
  }

  package func sync(_ writer: SegmentWriter) throws {
    try announce(.willSyncBatch)
    try writer.sync()
    try announce(.batchSynced)
  }

  /// Makes the part a sealed segment. `link` is the fence: of all who try to make the same number, one succeeds.
  package func seal(_ writer: SegmentWriter) throws -> Outcome {
    try writer.writeFooter()
    try announce(.footerWritten)
    try announce(.willSyncSegment)
    try writer.syncAndClose()
    try announce(.segmentSynced)
    guard try link(writer) else {
      try Folder.unlink(writer.path)
      return .lost
    }
    try announce(.segmentLinked)
    try Folder.sync(folder)
    try announce(.folderSynced)
    try Folder.unlink(writer.path)
    try announce(.partUnlinked)
    try linkDated(writer.footer)
    return .sealed(writer.footer)
  }

  private func link(_ writer: SegmentWriter) throws -> Bool {
    let number = writer.footer.number
    let path = layout.segment(number, partition)
    do {
      try Folder.link(writer.path, as: path)
    } catch  where error.isMissing {
      return false
    } catch  where error.alreadyExists {
      // A network file system may have carried out the first of two identical requests.
      guard
        let segment = try Folder.status(of: path), let part = try Folder.status(of: writer.path),
        segment.isSameFile(as: part)
      else { return false }
    }
    // Another process may have sealed this number and retention removed it since, while this one was paused.
    if let floor = try floor(), floor.number >= number {
      try Folder.unlink(path)
      return false
    }
    return true
  }

  /// Gives the segment its second name, under its date.
  func linkDated(_ footer: SegmentFooter) throws {
    let date = footer.date
    let path = layout.segment(footer.number, partition)
    let dated = layout.dated(footer.number, partition, date: date)
    try Folder.make(layout.dateFolder(date))
    do {
      try Folder.link(path, as: dated)
    } catch  where error.alreadyExists {
      guard let old = try Folder.status(of: dated), let new = try Folder.status(of: path) else { throw error }
      if !old.isSameFile(as: new) {
        try Folder.unlink(dated)
        try Folder.link(path, as: dated)
      }
    }
    try announce(.dateLinked)
    try Folder.sync(layout.dateFolder(date))
    try announce(.dateFolderSynced)
  }

  /// Makes the dated names that a crash left out.
  package func repairDatedLinks() throws {
    var dated: Set<UInt64> = []
    for name in try Folder.names(in: layout.root) where name.hasPrefix(ArchiveLayout.datePrefix) {
      for file in try Folder.names(in: "\(layout.root)/\(name)") {
        if let number = ArchiveLayout.datedNumber(file, partition) { dated.insert(number) }
      }
    }
    for number in try numbers() where !dated.contains(number) {
      guard let footer = try SegmentFooter.read(layout.segment(number, partition)) else { continue }
      try linkDated(footer)
    }
  }
}
