import Glibc
package import Logging
import ServiceLifecycle
import Synchronization

/// The private `redis-server` of a data folder, shared by all HowUsed processes on that folder.
///
/// The first that needs it starts it, the others find it; the last that lets go of it stops it in order. Three locks
/// see to that, all of them let go by the kernel when a process dies: `transition.lock` is held while somebody starts
/// or stops it, `users.lock` is held shared by everyone who uses it, and `alive.lock` is held by the Redis itself, and not
/// by the children that it forks. So two processes can't start two, no process stops one that another uses, and one that is
/// left alone by a killed server is found again, even while it is still loading or saving.
package final class EmbeddedRedis: Sendable {
  private let folder: RedisFolder
  private let durability: Durability
  private let memory: MemoryLimit
  private let searchPath: String?
  private let logger: Logger
  private let transition: FileLock
  private let users: FileLock
  /// The process, if it was this one that started it.
  private let child = Mutex<DetachedProcess?>(nil)

  /// How long to wait for another process that is starting or stopping it, and for a new one to listen.
  private static let patience: Duration = .seconds(30)

  /// - Parameters:
  ///   - searchPath: where to look for `redis-server`, in the form of PATH; nil for the environment's.
  package init(
    dataFolder: String,
    durability: Durability = .everysec,
    memory: MemoryLimit = .standard,
    searchPath: String? = nil,
    logger: Logger
  ) throws {
    folder = try RedisFolder(dataFolder: dataFolder)
    self.durability = durability
    self.memory = memory
    self.searchPath = searchPath ?? getenv("PATH").map { String(cString: $0) }
    self.logger = logger
    transition = try FileLock(path: folder.transitionLock)
    users = try FileLock(path: folder.usersLock)
  }

  /// The path of its Unix socket, for this process.
  package var socket: String { folder.socket }

  /// Finds or starts it, and holds on to it until ``release(within:)``. When this returns, it listens; it may still be
  /// loading its data.
  package func acquire() async throws {
    guard try await transition.lock(.exclusive, within: Self.patience) else {
      throw StoreError.redisServerFailed("another howused has been starting or stopping it for \(Self.patience)")
    }
    defer { transition.unlock() }
    guard users.tryLock(.shared) else { throw StoreError.redisServerFailed("\(folder.usersLock) can't be locked") }
    do {
      let started = try startUnlessAlive()
      try await waitUntilListening(started: started)
    } catch {
      users.unlock()
      throw error
    }
  }

  /// Starts it again whenever it has ended, until the task is cancelled.
  package func supervise() async throws {
    var backoff = Duration.milliseconds(50)
    var lastStart: ContinuousClock.Instant?
    while true {
      try await Task.sleep(for: .milliseconds(100))
      reap()
      do {
        guard try startUnlessAlive() else {
          if let last = lastStart, last.duration(to: .now) > .seconds(10) { backoff = .milliseconds(50) }
          continue
        }
        lastStart = .now
        logger.error("the private redis-server had ended; started it again", metadata: ["log": "\(folder.log)"])
      } catch {
        logger.error("the private redis-server can't be started", metadata: ["error": "\(error)"])
      }
      try await Task.sleep(for: backoff)
      backoff = min(backoff * 2, .seconds(5))
    }
  }

  /// Lets go of it and, when nobody else uses it, stops it in order: everything is written and synced before it ends.
  /// One that takes longer is left to finish; the next start finds it.
  package func release(within limit: Duration = .seconds(8)) async {
    let deadline = ContinuousClock.now.advanced(by: limit)
    guard (try? await transition.lock(.exclusive, within: limit)) == true else {
      users.unlock()
      return
    }
    defer { transition.unlock() }
    users.unlock()
    guard users.tryLock(.exclusive) else { return }
    defer { users.unlock() }
    // It closes the connection when it ends; it answers only when it won't.
    if case .line(let refusal) = SocketProbe.ask("SHUTDOWN", at: folder.socket, milliseconds: 500) {
      logger.error("the private redis-server refuses to stop; it is left running", metadata: ["answer": "\(refusal)"])
      return
    }
    while isAlive {
      guard ContinuousClock.now < deadline else {
        logger.warning("the private redis-server is still saving; it is left to finish")
        return
      }
      try? await Task.sleep(for: .milliseconds(10))
    }
    // Its lock is let go of a moment before the process is over.
    while child.withLock({ $0 != nil }), ContinuousClock.now < deadline {
      reap()
      try? await Task.sleep(for: .milliseconds(1))
    }
  }

  /// Whether its process exists, whatever it is doing.
  package var isAlive: Bool {
    reap()
    return (try? isLockHeld) ?? false
  }

  private var isLockHeld: Bool {
    get throws {
      // The latter by a Redis that an earlier version started, and its children.
      try DetachedProcess.isHolding(folder.aliveLock) || !FileLock(path: folder.aliveLock).tryLock(.shared)
    }
  }

  /// - Returns: whether it had to be started.
  private func startUnlessAlive() throws -> Bool {
    guard try !isLockHeld else { return false }
    guard let executable = DetachedProcess.find("redis-server", path: searchPath) else {
      throw StoreError.redisServerMissing
    }
    let file = RedisConfigurationFile(
      folder: folder.path,
      durability: durability,
      memory: memory,
      include: access(folder.localConfiguration, R_OK) == 0 ? folder.localConfiguration : nil
    )
    try SmallFile.write(file.text, to: folder.configuration)
    guard
      let process = try DetachedProcess(
        executable: executable,
        arguments: [folder.configuration],
        holding: folder.aliveLock
      )
    else { return false }
    child.withLock { $0 = process }
    return true
  }

  private func waitUntilListening(started: Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: Self.patience)
    while SocketProbe.ask("PING", at: folder.socket, milliseconds: 1000) == .absent {
      if started, child.withLock({ $0?.hasEnded() ?? false }) {
        child.withLock { $0 = nil }
        throw StoreError.redisServerFailed("it ended at once\n\(SmallFile.lastLines(8, of: folder.log))")
      }
      guard ContinuousClock.now < deadline else {
        throw StoreError.redisServerFailed("it doesn't listen at \(folder.socket); see \(folder.log)")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Takes note of the end of a process that this one started.
  private func reap() {
    child.withLock { process in
      if process?.hasEnded() == true { process = nil }
    }
  }
}

/// Keeps the private Redis running while the server runs, and lets go of it last: put it first into the service group.
package struct EmbeddedRedisService: Service {
  private let redis: EmbeddedRedis

  package init(_ redis: EmbeddedRedis) { self.redis = redis }

  package func run() async throws {
    try? await cancelWhenGracefulShutdown { try await redis.supervise() }
  }
}
