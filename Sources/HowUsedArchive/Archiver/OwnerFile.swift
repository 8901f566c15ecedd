/// A locked file that says, to everyone who sees the archive folder, that an archiving process is alive. The lock ends
/// with the process, however it ends: so that the next one need not wait until the leases of a killed one run out.
final class OwnerFile {
  private let file: File

  /// Makes and locks the file of this process.
  init(_ owner: String, _ layout: ArchiveLayout) throws(FileError) {
    try Folder.make(layout.log)
    let path = Self.path(owner, layout)
    try Folder.unlink(path)
    file = try File.create(path)
    _ = try file.lock()
    try Self.removeDead(layout, except: owner)
  }

  /// For an orderly end, after the leases were released. A killed process leaves its file, unlocked.
  func remove() throws(FileError) { try Folder.unlink(file.path) }

  /// False as well when it left no file here: it may run elsewhere.
  static func isDead(_ owner: String, _ layout: ArchiveLayout) throws(FileError) -> Bool {
    guard !owner.contains("/") else { return false }
    do {
      return try File.openForReading(path(owner, layout)).lock()
    } catch  where error.isMissing {
      return false
    }
  }

  /// Forgets those of more than one restart ago, so that they don't pile up.
  private static func removeDead(_ layout: ArchiveLayout, except owner: String) throws(FileError) {
    var dead: [String] = []
    for name in try Folder.names(in: layout.log, hidden: true) where name.hasPrefix(prefix) {
      let other = String(name.dropFirst(prefix.count))
      if other != owner, try isDead(other, layout) { dead.append(path(other, layout)) }
    }
    // The leases of the youngest may still run: a name says nothing about age, so some stay, more than may start and be
    // killed within a lease's time.
    guard dead.count > kept else { return }
    var byAge: [(path: String, modified: Int)] = []
    for path in dead { byAge.append((path, try Folder.status(of: path)?.modified ?? 0)) }
    for entry in byAge.sorted(by: { $0.modified < $1.modified }).dropLast(kept) { try Folder.unlink(entry.path) }
  }

  private static let prefix = ".owner-"
  private static let kept = 64

  private static func path(_ owner: String, _ layout: ArchiveLayout) -> String { "\(layout.log)/\(prefix)\(owner)" }
}
