package import HowUsedModel
package import Redis

/// Through where a consumer has come by what it, or another process like it, has told Redis.
package struct StoredPositions: Sendable {
  private let client: RedisClient
  private let places: [(partition: Partition, key: String)]

  /// - Parameter keys: the keys that hold a partition's position. The furthest one counts.
  package init(client: RedisClient, partitions: [Partition], keys: (Partition) -> [String]) {
    self.client = client
    places = partitions.flatMap { partition in keys(partition).map { (partition, $0) } }
  }

  /// In one round trip. What has no position is left out.
  ///
  /// - Throws: `RedisClientError` and `RedisServerError`.
  package func read() async throws -> [Partition: StreamID] {
    let replies = try await client.pipeline(places.map { ["GET", $0.key] })
    var positions: [Partition: StreamID] = [:]
    for (place, reply) in zip(places, replies) {
      if let error = reply.error { throw error }
      guard let position = reply.string.flatMap({ StreamID($0) }) else { continue }
      positions[place.partition] = max(positions[place.partition] ?? .zero, position)
    }
    return positions
  }
}
