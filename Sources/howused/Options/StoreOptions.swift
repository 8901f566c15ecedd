public import ArgumentParser
import Foundation
import HowUsedArchive
import HowUsedStore
public import Logging
import Redis

/// Where the data is: the options that every command takes.
struct StoreOptions: ParsableArguments {
  @Option(
    help: .setting(
      "data-dir",
      "The folder of the archive and of the private Redis; serve and bot add make it if it's missing.",
      valueName: "folder"
    )
  )
  var dataDir: String = Settings.value("data-dir") ?? "./data"

  @Option(
    help: .setting(
      "data-group",
      "The group whose members may read the archive. (default: only the user that howused runs as)",
      valueName: "group"
    )
  )
  var dataGroup: String?

  @Option(
    name: .customLong("redis-url"),
    help: .setting(
      "redis-url",
      "Your own Redis, as redis://[user:password@]host[:port][/db] or unix:///path. Without it, howused runs a private "
        + "redis-server in the data folder.",
      valueName: "url"
    )
  )
  var redisURL: String?

  @Option(
    help: .setting(
      "key-prefix",
      "What all keys in Redis begin with: each installation on one Redis needs another. (default: hu:)",
      valueName: "prefix"
    )
  )
  var keyPrefix: String?

  @Option(
    help: .setting(
      "log-level",
      "How much to log to standard error. (default: notice for serve, error for all others)",
      valueName: "level"
    )
  )
  var logLevel: Logger.Level?

  /// Sets logging up.
  /// - Parameter level: what is logged when nothing else is asked for.
  func logger(level: Logger.Level) -> Logger {
    _ = Self.logging
    var logger = Logger(label: "howused")
    logger.logLevel = logLevel ?? Settings.value("log-level") ?? level
    return logger
  }

  /// Logs go to standard error, so that standard output holds what was asked for and nothing else.
  private static let logging: Void = LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }

  func validate() throws {
    DataFolder.restrictNewFiles(group: try configuration().dataGroup)
    _ = Settings.value("log-level", as: Logger.Level.self)
  }

  /// The number of partitions is in it if the environment has one: whoever writes first fixes it, `bot add` too.
  /// - Throws: a usage error when the address of Redis can't be read, there can't be so many partitions, or keys can't
  ///   begin so.
  func configuration() throws -> StoreConfiguration {
    guard !dataDir.isEmpty else { throw ValidationError("--data-dir: the folder's name is empty") }
    var redis: RedisEndpoint?
    if let redisURL = redisURL ?? Settings.value("redis-url") {
      do {
        redis = try RedisEndpoint(url: redisURL)
      } catch {
        throw ValidationError("--redis-url: \(error)")
      }
    }
    let partitions = Settings.value("partitions", as: Int.self)
    try partitions.map { try PrivateRedisOptions.check(partitions: $0, by: Settings.variable(of: "partitions")) }
    let prefix = keyPrefix ?? Settings.value("key-prefix") ?? KeySchema.defaultPrefix
    guard KeySchema.isValid(prefix: prefix) else {
      throw ValidationError("--key-prefix: \"\(prefix)\" is not 1 to 32 letters, digits and the signs : - _ .")
    }
    var configuration = StoreConfiguration(
      dataFolder: dataDir,
      redis: redis,
      keyPrefix: prefix,
      partitions: partitions
    )
    if let name = dataGroup ?? Settings.value("data-group") {
      guard let group = DataFolder.group(name) else { throw ValidationError("--data-group: there is no group \(name)") }
      configuration.dataGroup = group
    }
    return configuration
  }

  /// Where the archive's files are.
  func archive() throws -> ArchiveLayout { .inDataFolder(try configuration().dataFolder) }

  /// What the archive folder says of itself; nil when it says nothing.
  /// - Throws: `ArchiveMismatch` for what can't be read, and `FileError`.
  func archiveIdentity() throws -> ArchiveIdentity? { try ArchiveManifest.read(try archive())?.identity }

  /// Where they are, for a command that needs some: what isn't there would be found sound, and exported as no events.
  func existingArchive() throws -> ArchiveLayout {
    let layout = try archive()
    guard FileManager.default.fileExists(atPath: layout.log) else {
      throw CommandError("there is no archive in \(layout.root): --data-dir tells where the server's data is")
    }
    return layout
  }

  /// Runs the body with Redis at hand, and tidies up after it however it ends, by Ctrl-C too. A private Redis that isn't
  /// running is started for that long.
  ///
  /// - Parameters:
  ///   - isFirst: whether the data folder may be missing. Elsewhere that is a mistyped one.
  ///   - archive: whether the body needs the archive, which then must be this Redis's.
  func withStore<Value: Sendable>(
    isFirst: Bool = false,
    archive needsArchive: Bool = false,
    _ body: @escaping @Sendable (Store) async throws -> Value
  ) async throws -> Value {
    let logger = logger(level: .error)
    var configuration = try configuration()
    guard isFirst || configuration.redis != nil || FileManager.default.fileExists(atPath: configuration.dataFolder)
    else {
      throw CommandError("there is no folder \(configuration.dataFolder): --data-dir tells where the server's data is")
    }
    configuration.archive = try? archiveIdentity()
    let layout = try archive()
    let store = try await Store.open(configuration, waiting: .untilReady(.seconds(3)), logger: logger)
    do {
      if needsArchive { try await ArchiveBinding(layout, client: store.client, keys: store.keys).check() }
      let value = try await Interruption.cancelling { try await body(store) }
      await store.close()
      return value
    } catch {
      await store.close()
      throw error
    }
  }
}

extension Store {
  /// Redis's time, asked for once.
  func clock() async throws -> RedisClock {
    let clock = RedisClock()
    try await RedisClockService(clock: clock, client: client, logger: Logger(label: "howused")).setOnce()
    return clock
  }
}

// Both are others' types, and public: hence the public imports.
extension Logger.Level: @retroactive ExpressibleByArgument {}
