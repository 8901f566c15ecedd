package import Glibc
package import Logging
package import NIOCore
import NIOPosix
package import Redis

/// The way to Redis for one process: the operator's, or the private one of the data folder, which is started if need be.
package final class Store: Sendable {
  /// Whether ``open(_:waiting:group:logger:)`` insists on Redis.
  package enum Waiting: Sendable {
    /// Commands: Redis must answer within this time, or there's an error that says why. One that is loading its data is
    /// waited for.
    case untilReady(Duration)
    /// The server: it starts without Redis and recovers by itself; this is how long the first answer is waited for.
    case atMost(Duration)
  }

  package let configuration: StoreConfiguration
  package let endpoint: RedisEndpoint
  package let client: RedisClient
  package let keys: KeySchema
  /// The private Redis; nil when the operator's is used. While a server runs, ``EmbeddedRedisService`` keeps it up.
  package let embedded: EmbeddedRedis?

  private init(
    configuration: StoreConfiguration,
    endpoint: RedisEndpoint,
    client: RedisClient,
    keys: KeySchema,
    embedded: EmbeddedRedis?
  ) {
    self.configuration = configuration
    self.endpoint = endpoint
    self.client = client
    self.keys = keys
    self.embedded = embedded
  }

  /// - Throws: ``StoreError`` with a text for the operator. Nothing is left open then.
  package static func open(
    _ configuration: StoreConfiguration,
    waiting: Waiting,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    logger: Logger
  ) async throws -> Store {
    try DataFolder.protect(configuration.dataFolder, group: configuration.dataGroup)
    let embedded = configuration.redis == nil ? try EmbeddedRedis(configuration, logger: logger) : nil
    try await embedded?.acquire()
    let endpoint = configuration.redis ?? RedisEndpoint(address: .unix(path: embedded?.socket ?? ""))
    let client = RedisClient(endpoint: endpoint, group: group, logger: logger)
    do {
      let recorded: Int?
      switch waiting {
      case .untilReady(let limit):
        recorded = try await firstAnswer(client, configuration, within: limit, waitsForLoading: true)
      case .atMost(let limit):
        do {
          recorded = try await firstAnswer(client, configuration, within: limit, waitsForLoading: false)
        } catch let error as StoreError where !error.isFinal {
          logger.warning("starting without Redis", metadata: ["error": "\(error)"])
          recorded = nil
        }
      }
      // What Redis has lost, the archive knows: events and bots must be where they were.
      let known = recorded ?? configuration.archive?.partitions
      if let known, let requested = configuration.partitions, requested != known {
        throw StoreError.partitionsDiffer(recorded: known, requested: requested)
      }
      let count = known ?? configuration.partitions ?? KeySchema.defaultPartitionCount
      if embedded != nil { try await applySettings(configuration, to: client) }
      return Store(
        configuration: configuration,
        endpoint: endpoint,
        client: client,
        keys: KeySchema(partitions: count, prefix: configuration.keyPrefix),
        embedded: embedded
      )
    } catch {
      await client.shutdown()
      await embedded?.release()
      throw error
    }
  }

  /// Closes the connection, and stops the private Redis when nobody else uses it.
  /// - Parameter limit: how long to wait for it; one that takes longer is left to finish.
  package func close(within limit: Duration = .seconds(8)) async {
    await client.shutdown()
    await embedded?.release(within: limit)
  }

  /// The recorded number of partitions, as soon as Redis can tell it.
  private static func firstAnswer(
    _ client: RedisClient,
    _ configuration: StoreConfiguration,
    within limit: Duration,
    waitsForLoading: Bool
  ) async throws -> Int? {
    let keys = KeySchema(prefix: configuration.keyPrefix)
    let deadline = ContinuousClock.now.advanced(by: limit)
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      do {
        try await client.waitUntilReady(timeout: max(left, .milliseconds(1)))
        return try await PartitionCount.recorded(in: client, keys)
      } catch let error as RedisServerError
        where error.code == "LOADING" && (waitsForLoading || ContinuousClock.now < deadline)
      {
        // It is there and gets ready; how long that takes depends on its data.
        try await Task.sleep(for: .milliseconds(50))
      } catch let error as RedisServerError {
        throw StoreError.unreachable(endpoint: "\(client.endpoint)", reason: error.message)
      } catch let error as RedisClientError {
        guard ContinuousClock.now < deadline else {
          let reason = await client.problem() ?? "\(error)"
          throw StoreError.unreachable(endpoint: "\(client.endpoint)", reason: reason)
        }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  /// Brings a private Redis that was running already to what this process was asked for.
  private static func applySettings(_ configuration: StoreConfiguration, to client: RedisClient) async throws {
    var commands: [RedisCommand] = []
    if let durability = configuration.durability {
      commands.append(["CONFIG", "SET", "appendfsync", durability.appendfsync])
    }
    if let memory = configuration.memory { commands.append(["CONFIG", "SET", "maxmemory", memory.bytes]) }
    for reply in try await client.pipeline(commands) {
      if let error = reply.error { throw StoreError.redisServerFailed(error.message) }
    }
  }
}

extension EmbeddedRedis {
  fileprivate convenience init(_ configuration: StoreConfiguration, logger: Logger) throws {
    try self.init(
      dataFolder: configuration.dataFolder,
      durability: configuration.durability ?? .everysec,
      memory: configuration.memory ?? .standard,
      logger: logger
    )
  }
}

/// Where HowUsed keeps what it keeps.
package struct StoreConfiguration: Sendable {
  /// The data folder: the archive, and the private Redis when there's no ``redis``.
  package var dataFolder: String
  /// Whose members may read the archive; nil: nobody else.
  package var dataGroup: gid_t?
  /// The operator's Redis; nil for a private one.
  package var redis: RedisEndpoint?
  /// What all keys in Redis begin with; see `KeySchema.isValid`.
  package var keyPrefix: String
  /// The number of partitions that is asked for; nil takes the recorded one, or the default at first start.
  package var partitions: Int?
  /// What the archive folder says of itself; nil when it says nothing.
  package var archive: ArchiveIdentity?
  /// For the private Redis; nil leaves a running one as it is and starts a new one with the default.
  package var durability: Durability?
  /// For the private Redis; nil leaves a running one as it is and starts a new one with the default.
  package var memory: MemoryLimit?

  package init(
    dataFolder: String,
    redis: RedisEndpoint? = nil,
    keyPrefix: String = KeySchema.defaultPrefix,
    partitions: Int? = nil,
    archive: ArchiveIdentity? = nil,
    durability: Durability? = nil,
    memory: MemoryLimit? = nil
  ) {
    self.dataFolder = dataFolder
    self.redis = redis
    self.keyPrefix = keyPrefix
    self.partitions = partitions
    self.archive = archive
    self.durability = durability
    self.memory = memory
  }
}

/// What `howused --version` and `/health` tell.
package enum HowUsedVersion {
  package static let current = "0.1.0"
}
