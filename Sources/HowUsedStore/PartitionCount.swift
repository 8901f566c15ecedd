package import Redis

/// The number of partitions as Redis records it (``KeySchema/meta``): fixed with the first start, since a bot's partition and so
/// all of its keys depend on it.
package enum PartitionCount {
  static let field = "partitions"

  /// - Returns: what is recorded; nil in a Redis that HowUsed hasn't been started on.
  /// - Throws: ``StoreError/unreadableMeta(_:)`` and what the client throws.
  package static func recorded(in client: RedisClient, _ keys: KeySchema) async throws -> Int? {
    let reply = try await client.send("HGET", keys.meta, field)
    if reply.isNull { return nil }
    guard let count = reply.int.map(Int.init), KeySchema.partitionLimits.contains(count) else {
      throw StoreError.unreadableMeta(reply.string ?? "")
    }
    return count
  }

  /// Records the number unless one is recorded.
  /// - Throws: ``StoreError/partitionsDiffer(recorded:requested:)`` when another one is.
  package static func agree(_ count: Int, in client: RedisClient, _ keys: KeySchema) async throws {
    // Read first: a full Redis refuses even to write what it has.
    var recorded = try await recorded(in: client, keys)
    if recorded == nil {
      try await client.sendEvenIfFull("HSETNX", keys.meta, field, count)
      recorded = try await Self.recorded(in: client, keys)
    }
    guard let recorded else { throw StoreError.unexpectedReply(command: "HGET") }
    guard recorded == count else { throw StoreError.partitionsDiffer(recorded: recorded, requested: count) }
  }
}
