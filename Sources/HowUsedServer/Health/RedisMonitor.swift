package import HowUsedArchive
package import HowUsedStore
package import Logging
import NIOCore
package import Redis
import ServiceLifecycle
import Synchronization

/// Reads Redis's state every second, for `/health`, and closes the ingest gate while its memory is short.
package final class RedisMonitor: Service {
  private let client: RedisClient
  private let keys: KeySchema
  private let gate: IngestGate
  private let logger: Logger
  private let latest = Mutex<RedisStatus?>(nil)

  package init(client: RedisClient, keys: KeySchema, gate: IngestGate, logger: Logger) {
    self.client = client
    self.keys = keys
    self.gate = gate
    self.logger = logger
  }

  /// What was read within the last second or two; nil while Redis can't be reached.
  package var status: RedisStatus? { latest.withLock { $0 } }

  /// For the archive, which can free some.
  package var memory: RedisMemory? {
    status.map { RedisMemory(used: $0.usedMemory, limit: $0.memoryLimit, isRefusing: gate.isClosed) }
  }

  package func run() async throws {
    var failures = 0
    while !Task.isShuttingDownGracefully && !Task.isCancelled {
      do {
        let status = try await read()
        let before = latest.withLock { latest in
          defer { latest = status }
          return latest
        }
        if let before, status.delayedSyncs > before.delayedSyncs {
          logger.warning("a sync of Redis's append-only file took longer than two seconds: its disk is slow")
        }
        if failures > 0 { logger.info("Redis is reachable again") }
        failures = 0
        updateGate(status)
      } catch {
        latest.withLock { $0 = nil }
        if failures % 5 == 0 {
          logger.warning("Redis can't be reached; requests are answered with 503", metadata: ["error": "\(error)"])
        }
        failures += 1
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
    }
  }

  private func updateGate(_ status: RedisStatus) {
    let wasClosed = gate.isClosed
    let isClosed = status.closesGate(wasClosed)
    guard isClosed != wasClosed else { return }
    gate.isClosed = isClosed
    let memory: Logger.Metadata = ["used": "\(status.usedMemory)", "limit": "\(status.memoryLimit)"]
    if isClosed {
      logger.error("Redis's memory is at its high-water mark: events are refused", metadata: memory)
    } else {
      logger.notice("Redis has memory again: events are taken", metadata: memory)
    }
  }

  private func read() async throws -> RedisStatus {
    let lengths = keys.partitions.map { RedisCommand("XLEN", keys.events($0)) }
    return try RedisStatus(replies: try await client.pipeline(RedisStatus.questions + lengths))
  }
}
