import HowUsedStore

/// For who puts a rewritten file in a segment's place, and holds ``PurgeLock``.
extension PartitionLog {
  enum DatedStep {
    case linked
    case replaced
    case synced
  }

  /// Lets readers' name, too, stand for the segment as it is now, without a moment in which there is none. Does nothing when
  /// retention removed the segment.
  ///
  /// - Parameters:
  ///   - temporary: how a hidden name begins that is there meanwhile.
  ///   - hook: called right after each step.
  func replaceDated(_ footer: SegmentFooter, temporary prefix: String, hook: (DatedStep) throws -> Void) throws {
    let path = layout.segment(footer.number, partition)
    let dated = layout.dated(footer.number, partition, date: footer.date)
    let folder = layout.dateFolder(footer.date)
    let temporary = "\(folder)/\(prefix)\(partition)-\(footer.number)"
    // What a crash left.
    try Folder.unlink(temporary)
    if let old = try Folder.status(of: dated), let new = try Folder.status(of: path), old.isSameFile(as: new) { return }
    try Folder.make(folder)
    guard try linkIfThere(path, as: temporary) else {
      Folder.removeIfEmpty(folder)
      return
    }
    try hook(.linked)
    try Folder.rename(temporary, to: dated)
    // Between two names of one file, as when the archiver was faster, `rename` does nothing.
    try Folder.unlink(temporary)
    try hook(.replaced)
    guard try Folder.status(of: folder) != nil else { return }
    try Folder.sync(folder)
    try hook(.synced)
  }

  /// False when retention removed the segment.
  private func linkIfThere(_ path: String, as newPath: String) throws(FileError) -> Bool {
    do {
      try Folder.link(path, as: newPath)
      return true
    } catch  where error.isMissing {
      return false
    }
  }

  /// Retention records its floor before it removes anything. Where that happened meanwhile, the names made here are ones
  /// that it had removed.
  func dropIfOld(_ footer: SegmentFooter) throws {
    guard let floor = try floor(), floor.number >= footer.number else { return }
    try Folder.unlink(layout.dated(footer.number, partition, date: footer.date))
    Folder.removeIfEmpty(layout.dateFolder(footer.date))
    try Folder.unlink(layout.segment(footer.number, partition))
    try Folder.sync(folder)
  }
}
