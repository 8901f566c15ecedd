package import Redis

/// Where HowUsed keeps what it keeps.
package struct StoreConfiguration: Sendable {
  /// The data folder: the archive, and the private Redis when there's no ``redis``.
  package var dataFolder: String
  /// The operator's Redis; nil for a private one.
  package var redis: RedisEndpoint?
  /// The number of partitions that is asked for; nil takes the recorded one, or the default at first start.
  package var partitions: Int?
  /// For the private Redis; nil leaves a running one as it is and starts a new one with the default.
  package var durability: Durability?
  /// For the private Redis; nil leaves a running one as it is and starts a new one with the default.
  package var memory: MemoryLimit?

  package init(
    dataFolder: String,
    redis: RedisEndpoint? = nil,
    partitions: Int? = nil,
    durability: Durability? = nil,
    memory: MemoryLimit? = nil
  ) {
    self.dataFolder = dataFolder
    self.redis = redis
    self.partitions = partitions
    self.durability = durability
    self.memory = memory
  }
}
