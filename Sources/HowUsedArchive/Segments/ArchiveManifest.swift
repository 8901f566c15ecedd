internal import FoundationEssentials
package import HowUsedModel
package import HowUsedStore

/// `manifest.json` of the archive folder: which archive this is, and into how many partitions its events are spread. Redis
/// has the same under ``KeySchema/meta``, so that a server finds out when it was given the wrong folder, or none.
package struct ArchiveManifest: Sendable, Equatable, Codable {
  /// 32 hexadecimal digits.
  package let archive: String
  package let partitions: Int
  /// How a bot's partition follows from its id. There's only this one so far.
  package let scheme: Int
  /// ISO 8601, for people.
  package let created: String

  private static let scheme = 1

  /// A new one, of an archive that there is nowhere else.
  /// - Parameter created: unix milliseconds.
  package init(partitions: Int, created: Int64) {
    archive = RandomName.make()
    self.partitions = partitions
    scheme = Self.scheme
    self.created = UTCTime.format(milliseconds: created)
  }

  package var identity: ArchiveIdentity { ArchiveIdentity(id: archive, partitions: partitions) }

  /// The folder's; nil when there is none.
  /// - Throws: ``ArchiveMismatch/unreadable(path:reason:)``, `FileError`.
  package static func read(_ layout: ArchiveLayout) throws -> ArchiveManifest? {
    guard try Folder.status(of: layout.manifest) != nil else { return nil }
    let file = try File.openForReading(layout.manifest)
    let bytes = try file.read(at: 0, count: min(try file.size(), 65_536))
    let manifest = try? JSONDecoder().decode(ArchiveManifest.self, from: Data(bytes))
    guard let manifest, KeySchema.partitionLimits.contains(manifest.partitions) else {
      throw ArchiveMismatch.unreadable(path: layout.manifest, reason: "it isn't as howused writes it")
    }
    guard manifest.scheme == scheme else {
      throw ArchiveMismatch.unreadable(path: layout.manifest, reason: "it is of a later version of howused")
    }
    return manifest
  }

  /// The folder's, when the folder and Redis belong together; nil when neither of them knows of an archive.
  /// - Throws: ``ArchiveMismatch``, `FileError`.
  package static func matching(
    _ layout: ArchiveLayout,
    _ recorded: ArchiveIdentity.Recorded
  ) throws -> ArchiveManifest? {
    guard let manifest = try read(layout) else {
      if recorded.id != nil { throw ArchiveMismatch.noManifest(folder: layout.root) }
      return nil
    }
    if let id = recorded.id, id != manifest.archive {
      throw ArchiveMismatch.otherArchive(folder: layout.root, found: manifest.archive, recorded: id)
    }
    if let partitions = recorded.partitions, partitions != manifest.partitions {
      throw ArchiveMismatch.partitions(folder: layout.root, found: manifest.partitions, recorded: partitions)
    }
    return manifest
  }

  /// As ``matching(_:_:)``; where neither of them knows of an archive, this folder becomes one.
  /// - Parameter now: unix milliseconds.
  package static func agreed(
    _ layout: ArchiveLayout,
    _ recorded: ArchiveIdentity.Recorded,
    partitions: Int,
    now: Int64
  ) throws -> ArchiveManifest {
    if let manifest = try matching(layout, recorded) { return manifest }
    try checkFolders(layout, partitions: partitions)
    try ArchiveManifest(partitions: partitions, created: now).create(layout)
    // Another process's, if that was faster.
    guard let manifest = try matching(layout, recorded) else { throw ArchiveMismatch.noManifest(folder: layout.root) }
    return manifest
  }

  /// An archive of earlier versions has no manifest: its folders tell at least how many partitions there are.
  package static func checkFolders(_ layout: ArchiveLayout, partitions: Int) throws {
    if let last = try ArchiveVerifier(layout: layout).partitions().last, Int(last.rawValue) >= partitions {
      throw ArchiveMismatch.folders(folder: layout.root, last: last, partitions: partitions)
    }
  }

  /// Writes it unless there is one.
  private func create(_ layout: ArchiveLayout) throws {
    try Folder.make(layout.root)
    let temporary = "\(layout.manifest).\(RandomName.make())"
    try File.create(temporary, holding: try bytes())
    defer { try? Folder.unlink(temporary) }
    do throws(FileError) {
      try Folder.link(temporary, as: layout.manifest)
    } catch {
      // Another process may have been faster.
      guard error.alreadyExists else { throw error }
    }
    try Folder.sync(layout.root)
  }

  /// Puts it in the place of the one that is there, for an operator who says so.
  package func replace(_ layout: ArchiveLayout) throws {
    try Folder.make(layout.root)
    try Folder.replace(layout.manifest, with: try bytes(), temporary: "\(layout.manifest).\(RandomName.make())")
  }

  private func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }
}

/// The archive folder is not the one that belongs to this Redis, or not as it was: what was found, and what to do.
package enum ArchiveMismatch: Error, Sendable, Equatable, CustomStringConvertible {
  case noManifest(folder: String)
  case otherArchive(folder: String, found: String, recorded: String)
  case partitions(folder: String, found: Int, recorded: Int)
  case folders(folder: String, last: Partition, partitions: Int)
  /// The files end before what Redis remembers as sealed.
  case behind(folder: String, Partition, end: StreamID, recorded: StreamID)
  case unreadable(path: String, reason: String)

  package var description: String {
    switch self {
    case .noManifest(let folder):
      """
      \(folder) has no manifest, but this Redis has an archive: is its volume mounted, and --data-dir right? If that \
      archive is given up, \(Self.attach)
      """
    case .otherArchive(let folder, let found, let recorded):
      """
      \(folder) is another archive (\(found)) than this Redis's (\(recorded)): --data-dir or --redis-url is wrong. If \
      this Redis's archive is given up, \(Self.attach)
      """
    case .partitions(let folder, let found, let recorded):
      """
      \(folder) has \(found) partitions, but this Redis was set up with \(recorded): they can't belong together; is \
      --data-dir or --redis-url wrong?
      """
    case .folders(let folder, let last, let partitions):
      """
      \(folder) holds events of partition \(last), but there are \(partitions) partitions: give --partitions \
      (HOWUSED_PARTITIONS) as at its first start
      """
    case .behind(let folder, let partition, let end, let recorded):
      """
      \(folder) is an older copy of the archive, or files are missing: those of partition \(partition) end at \
      \(Self.time(end)), and through \(Self.time(recorded)) was sealed. Bring the files back; if they are lost, \
      \(Self.attach)
      """
    case .unreadable(let path, let reason):
      "\(path) can't be read: \(reason). Bring it back from a backup; if there is none, \(Self.attach)"
    }
  }

  private static let attach = "`howused archive attach` makes this folder the archive"

  private static func time(_ id: StreamID) -> String {
    id == .zero ? "nothing" : "\(UTCTime.format(milliseconds: Int64(clamping: id.milliseconds))) (\(id))"
  }
}
