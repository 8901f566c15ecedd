package import Redis

/// The number of partitions as Redis records it (`hu:meta`): fixed with the first start, since a bot's partition and so
/// all of its keys depend on it.
package enum PartitionCount {
  private static let field = "partitions"

  /// - Returns: what is recorded; nil in a Redis that HowUsed hasn't been started on.
  /// - Throws: ``StoreError/unreadableMeta(_:)`` and what the client throws.
  package static func recorded(in client: RedisClient) async throws -> Int? {
    let reply = try await client.send("HGET", KeySchema().meta, field)
    if reply.isNull { return nil }
    guard let count = reply.int.map(Int.init), KeySchema.partitionLimits.contains(count) else {
      throw StoreError.unreadableMeta(reply.string ?? "")
    }
    return count
  }

  /// Records the number unless one is recorded.
  /// - Throws: ``StoreError/partitionsDiffer(recorded:requested:)`` when another one is.
  package static func agree(_ count: Int, in client: RedisClient) async throws {
    // Read first: a full Redis refuses even to write what it has.
    var recorded = try await recorded(in: client)
    if recorded == nil {
      try await client.sendEvenIfFull("HSETNX", KeySchema().meta, field, count)
      recorded = try await Self.recorded(in: client)
    }
    guard let recorded else { throw StoreError.unexpectedReply(command: "HGET") }
    guard recorded == count else { throw StoreError.partitionsDiffer(recorded: recorded, requested: count) }
  }
}

/// The number of partitions, kept in the data folder: for a server that starts while Redis can't be asked. What Redis
/// records counts; this is only the best guess until then.
struct PartitionCountFile {
  private let path: String

  init(dataFolder: String) { path = dataFolder + "/partitions" }

  /// Nil when there is none, or no sound one.
  var count: Int? {
    guard let text = SmallFile.read(path), let count = Int(text.prefix { $0 != "\n" }) else { return nil }
    return KeySchema.partitionLimits.contains(count) ? count : nil
  }

  /// Without it everything works as long as Redis is there at the start; so that it can't be written is no error.
  func set(_ count: Int) {
    if count != self.count { try? SmallFile.write("\(count)\n", to: path) }
  }
}
