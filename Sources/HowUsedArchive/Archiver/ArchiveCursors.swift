internal import HowUsedModel
internal import HowUsedStore
internal import Redis

/// Through where each partition's events are in a file, sealed or not, whichever process writes it.
struct ArchiveCursors: Sendable {
  private let status: ArchiverStatus
  private let stored: StoredPositions

  init(client: RedisClient, keys: KeySchema, status: ArchiverStatus) {
    self.status = status
    // A server of an earlier version tells only through where it has sealed; then the cursor is missing or old.
    stored = StoredPositions(client: client, partitions: keys.partitions) { partition in
      [keys.archiveCursor(partition), keys.archivePosition(partition)]
    }
  }

  /// - Throws: `RedisClientError` and `RedisServerError`.
  func read() async throws -> [Partition: StreamID] {
    let positions = try await stored.read()
    // What this process writes it knows best.
    return positions.merging(status.cursors) { _, own in own }
  }
}
