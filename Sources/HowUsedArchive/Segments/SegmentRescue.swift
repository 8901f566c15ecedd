import HowUsedModel
import HowUsedStore

/// Brings segments back from their dated names: each is a second name of the segment, or after a restored backup a second
/// copy. The last good copy of anything stays, under whatever name.
struct SegmentRescue {
  private let log: PartitionLog
  private let report: (SegmentDamage) -> Void

  /// - Parameter report: told of everything that wasn't as it should be.
  init(_ log: PartitionLog, report: @escaping (SegmentDamage) -> Void) {
    self.log = log
    self.report = report
  }

  /// Gives segments behind the newest one, which somebody removed, their names back. Returns whether there were any.
  func restoreNewest(_ dated: DatedNames, newest: UInt64) throws -> Bool {
    let newest = max(newest, try log.floor()?.number ?? 0)
    var isRestored = false
    for name in dated.all(of: log.partition) where name.number > newest {
      let path = log.layout.segment(name.number, log.partition)
      let copy = log.layout.dated(name.number, log.partition, date: name.date)
      guard let status = try Folder.status(of: copy), try Folder.status(of: path) == nil else { continue }
      if try isValid(copy, name.number) {
        try Folder.link(copy, as: path)
        isRestored = true
        report(SegmentDamage(path: path, reason: "was missing and is back, from \(copy)"))
      } else if try log.damaged().contains(where: { try Folder.status(of: $0)?.isSameFile(as: status) ?? false }) {
        // It was about to be set aside when the process ended.
        try Folder.unlink(copy)
      } else {
        try setAside(copy, name.number)
        report(SegmentDamage(path: copy, reason: "is damaged, and its segment is missing: it was set aside"))
      }
    }
    try Folder.sync(log.folder)
    return isRestored
  }

  /// Takes a damaged segment out of every reader's sight, and keeps it. A good copy takes its place.
  func replaceDamaged(_ number: UInt64) throws -> SegmentFooter? {
    let path = log.layout.segment(number, log.partition)
    guard let damaged = try Folder.status(of: path) else { return nil }
    let copies = try Folder.names(in: log.layout.root).filter { $0.hasPrefix(ArchiveLayout.datePrefix) }
      .map { "\(log.layout.root)/\($0)/\(ArchiveLayout.datedName(number, log.partition))" }
    var good: String?
    for copy in copies {
      guard let status = try Folder.status(of: copy), !status.isSameFile(as: damaged) else { continue }
      if try good == nil && isValid(copy, number) { good = copy } else { try setAside(copy, number) }
    }
    try setAside(path, number)
    for copy in copies where copy != good { try Folder.unlink(copy) }
    defer { try? Folder.sync(log.folder) }
    guard let good else { return nil }
    try Folder.link(good, as: path)
    report(SegmentDamage(path: path, reason: "is whole again, from \(good)"))
    return try SegmentFooter.read(path)
  }

  private func setAside(_ path: String, _ number: UInt64) throws(FileError) {
    let segment = log.layout.segment(number, log.partition)
    try Folder.rename(path, to: "\(segment)\(ArchiveLayout.damagedInfix)\(RandomName.make())")
  }

  private func isValid(_ path: String, _ number: UInt64) throws -> Bool {
    do {
      _ = try SegmentReader.validated(path, number: number, partition: log.partition)
      return true
    } catch is SegmentDamage {
      return false
    }
  }
}
