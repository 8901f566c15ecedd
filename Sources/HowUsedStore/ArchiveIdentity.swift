package import Redis

/// What ties an archive folder and a Redis together: both say the same. The folder says it in `archive/manifest.json`, Redis
/// in the fields `archive` and `partitions` of ``KeySchema/meta``.
package struct ArchiveIdentity: Sendable, Equatable {
  /// 32 hexadecimal digits, made at random.
  package let id: String
  /// Into how many partitions events are spread.
  package let partitions: Int

  package init(id: String, partitions: Int) {
    self.id = id
    self.partitions = partitions
  }

  /// What Redis records; each is nil before somebody recorded it.
  package struct Recorded: Sendable, Equatable {
    package let id: String?
    package let partitions: Int?

    package init(id: String?, partitions: Int?) {
      self.id = id
      self.partitions = partitions
    }

    package var isMissing: Bool { id == nil || partitions == nil }
  }

  private static let field = "archive"

  /// - Throws: ``StoreError/unreadableMeta(_:)`` and what the client throws.
  package static func recorded(in client: RedisClient, _ keys: KeySchema) async throws -> Recorded {
    let replies = try await client.pipeline([["HGET", keys.meta, field]])
    if let error = replies.first?.error { throw error }
    return Recorded(id: replies.first?.string, partitions: try await PartitionCount.recorded(in: client))
  }

  /// Records it where nothing is recorded.
  /// - Returns: what is recorded then.
  package func record(in client: RedisClient, _ keys: KeySchema) async throws -> Recorded {
    try await PartitionCount.settle(partitions, in: client)
    try await client.send("HSETNX", keys.meta, Self.field, id)
    return try await Self.recorded(in: client, keys)
  }

  /// Puts it in the place of what is recorded, for an operator who says so.
  package func replace(in client: RedisClient, _ keys: KeySchema) async throws {
    try await PartitionCount.settle(partitions, in: client)
    try await client.send("HSET", keys.meta, Self.field, id)
  }
}
