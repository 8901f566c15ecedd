package import HowUsedModel
package import HowUsedStore
package import Redis

/// Sees to it that the archive folder and Redis belong together. Looking at files blocks.
package struct ArchiveBinding: Sendable {
  private let layout: ArchiveLayout
  private let client: RedisClient
  private let keys: KeySchema

  package init(_ layout: ArchiveLayout, client: RedisClient, keys: KeySchema) {
    self.layout = layout
    self.client = client
    self.keys = keys
  }

  /// For commands that read the archive, or change it.
  /// - Throws: ``ArchiveMismatch``, `FileError`, Redis's errors.
  package func check() async throws {
    _ = try ArchiveManifest.matching(layout, try await ArchiveIdentity.recorded(in: client, keys))
  }

  /// For a server's start: makes a new folder, or a new Redis, known to the other, and sees that the files are not older
  /// than what Redis remembers of them.
  /// - Parameters:
  ///   - ends: where the files end.
  ///   - now: unix milliseconds.
  /// - Throws: ``ArchiveMismatch``, `FileError`, Redis's errors.
  package func agree(_ ends: [Partition: StreamID], now: Int64) async throws -> ArchiveIdentity {
    let recorded = try await ArchiveIdentity.recorded(in: client, keys)
    let manifest = try ArchiveManifest.agreed(layout, recorded, partitions: keys.partitionCount, now: now)
    let positions = try await ArchiveProgress.storedSealed(client, keys)
    for partition in keys.partitions {
      guard let recorded = positions[partition], let end = ends[partition], end < recorded else { continue }
      // Another server may have sealed since.
      try PartitionLog(layout: layout, partition: partition).check(recorded: recorded)
    }
    if recorded.isMissing {
      // Another installation may record itself this very moment.
      _ = try ArchiveManifest.matching(layout, try await manifest.identity.record(in: client, keys))
    }
    return manifest.identity
  }

  /// Where the files of each partition end; those that can't tell, for damage, are left out.
  package func ends() throws -> [Partition: StreamID] {
    var ends: [Partition: StreamID] = [:]
    for partition in keys.partitions {
      ends[partition] = try PartitionLog(layout: layout, partition: partition).claimedEnd()
    }
    return ends
  }

  // MARK: An operator's decision

  /// What is given up when this folder becomes the archive of this Redis, one line each. For a person.
  /// - Throws: ``ArchiveMismatch`` when that can't be, `FileError`, Redis's errors.
  package func losses() async throws -> [String] {
    let recorded = try await ArchiveIdentity.recorded(in: client, keys)
    let manifest = try readable()
    if let found = manifest?.partitions, let wanted = recorded.partitions, found != wanted {
      throw ArchiveMismatch.partitions(folder: layout.root, found: found, recorded: wanted)
    }
    try ArchiveManifest.checkFolders(layout, partitions: keys.partitionCount)
    var losses: [String] = []
    if let id = recorded.id, id != manifest?.archive {
      losses.append("the archive \(id), which is elsewhere: what was sealed there is not in this folder")
    }
    let positions = try await ArchiveProgress.storedSealed(client, keys)
    for partition in keys.partitions {
      guard let recorded = positions[partition] else { continue }
      let end = try PartitionLog(layout: layout, partition: partition).claimedEnd()
      if let end, end < recorded { losses.append("\(partition): what was sealed after \(end) and through \(recorded)") }
    }
    return losses
  }

  /// Makes this folder the archive of this Redis, under a new id: so the folder or the Redis that it belonged to before is
  /// refused from now on. After a crash on the way it is refused, too, until this is done again.
  /// - Parameter now: unix milliseconds.
  package func attach(now: Int64) async throws {
    let manifest = ArchiveManifest(partitions: keys.partitionCount, created: now)
    try manifest.replace(layout)
    for partition in keys.partitions {
      let end = try PartitionLog(layout: layout, partition: partition).claimedEnd()
      try await client.sendEvenIfFull("SET", keys.archivePosition(partition), (end ?? .zero).description)
      try await client.send("DEL", keys.archiveCursor(partition))
    }
    try await manifest.identity.replace(in: client, keys)
  }

  /// Whether somebody archives now, or was killed within the last half a minute.
  package func isBeingArchived() async throws -> Bool {
    let replies = try await client.pipeline(keys.partitions.map { ["EXISTS", keys.archiveLease($0)] })
    if let error = replies.lazy.compactMap(\.error).first { throw error }
    return replies.contains { $0.int != 0 }
  }

  private func readable() throws -> ArchiveManifest? {
    do {
      return try ArchiveManifest.read(layout)
    } catch is ArchiveMismatch {
      return nil
    }
  }
}
