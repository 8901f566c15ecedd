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

    /// - Parameter reply: to ``ArchiveIdentity/question(_:)``.
    /// - Throws: Redis's error, ``StoreError``.
    package init(_ reply: RedisValue) throws {
      if let error = reply.error { throw error }
      guard let values = reply.array, values.count == 2 else { throw StoreError.unexpectedReply(command: "HMGET") }
      id = values[0].string
      partitions = values[1].int.map { Int($0) }
      guard values[1].isNull || KeySchema.partitionLimits.contains(partitions ?? 0) else {
        throw StoreError.unreadableMeta(values[1].string ?? "")
      }
    }

    package var isMissing: Bool { id == nil || partitions == nil }
  }

  private static let field = "archive"

  /// Asks for what is recorded.
  package static func question(_ keys: KeySchema) -> RedisCommand {
    RedisCommand("HMGET", keys.meta, field, PartitionCount.field)
  }

  /// - Throws: ``StoreError/unreadableMeta(_:)`` and what the client throws.
  package static func recorded(in client: RedisClient, _ keys: KeySchema) async throws -> Recorded {
    try Recorded(try await client.send(question(keys)))
  }

  /// Records it where nothing is recorded.
  /// - Returns: what is recorded then.
  package func record(in client: RedisClient, _ keys: KeySchema) async throws -> Recorded {
    try await PartitionCount.agree(partitions, in: client, keys)
    try await client.sendEvenIfFull("HSETNX", keys.meta, Self.field, id)
    return try await Self.recorded(in: client, keys)
  }

  /// Puts it in the place of what is recorded, for an operator who says so.
  package func replace(in client: RedisClient, _ keys: KeySchema) async throws {
    try await PartitionCount.agree(partitions, in: client, keys)
    try await client.sendEvenIfFull("HSET", keys.meta, Self.field, id)
  }
}
