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

  package func run() async throws {
    var failures = 0
    while !Task.isShuttingDownGracefully && !Task.isCancelled {
      do {
        let status = try await read()
        latest.withLock { $0 = status }
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
    let replies = try await client.pipeline(
      [
        RedisCommand("INFO", "memory"), RedisCommand("CONFIG", "GET", "appendonly"),
        RedisCommand("CONFIG", "GET", "appendfsync"), RedisCommand("INFO", "persistence"),
        RedisCommand("INFO", "replication"),
      ]
        + lengths
    )
    let streams = replies.dropFirst(5)
    // One that is loading its data answers so to everything.
    if let error = streams.lazy.compactMap(\.error).first { throw error }
    let memory = Self.fields(of: replies[0])
    var status = RedisStatus()
    status.usedMemory = memory["used_memory"].flatMap { Int64($0) } ?? 0
    let maximum = memory["maxmemory"].flatMap { Int64($0) } ?? 0
    status.memoryLimit = maximum > 0 ? maximum : memory["total_system_memory"].flatMap { Int64($0) } ?? 0
    status.durability = Self.durability(appendOnly: replies[1], appendFsync: replies[2])
    status.refusal = RedisStatus.refusal(
      persistence: Self.fields(of: replies[3]),
      replication: Self.fields(of: replies[4])
    )
    status.streamLength = streams.reduce(0) { $0 + ($1.int ?? 0) }
    return status
  }

  private static func durability(appendOnly: RedisValue, appendFsync: RedisValue) -> RedisStatus.Durability {
    guard let isOn = appendOnly.array?.last?.string else { return .unknown }
    guard isOn == "yes" else { return .none }
    switch appendFsync.array?.last?.string {
    case "always": return .always
    case "everysec": return .everysec
    case "no": return .none
    default: return .unknown
    }
  }

  /// `name:value` lines, as INFO answers them; none when Redis doesn't let them be read.
  private static func fields(of info: RedisValue) -> [String: String] {
    var fields: [String: String] = [:]
    for line in (info.string ?? "").split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
    }
    return fields
  }
}
