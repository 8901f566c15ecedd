/// What was last read of Redis's own state.
package struct RedisStatus: Sendable, Equatable {
  /// What of the acknowledged events survives when Redis's machine stops at once.
  package enum Durability: String, Sendable {
    /// Nothing is written to disk, or only snapshots now and then.
    case none
    /// All but the last second or two.
    case everysec
    /// Everything: each reply waits for its fsync.
    case always
    /// Redis doesn't let its configuration be read.
    case unknown
  }

  package var durability = Durability.unknown
  /// Bytes.
  package var usedMemory: Int64 = 0
  /// Bytes that Redis may use: its `maxmemory`, or all of its machine's memory; 0 when neither is known.
  package var memoryLimit: Int64 = 0
  /// Entries in the streams of all partitions.
  package var streamLength: Int64 = 0
  /// Why Redis refuses all writes, for a person; nil when it takes them.
  package var refusal: String?

  package init() {}

  /// What Redis says of itself that means that it refuses writes, from its INFO.
  package static func refusal(persistence: [String: String], replication: [String: String]) -> String? {
    if persistence["aof_last_write_status"] == "err" {
      return "Redis can't write its append-only file, so it refuses events: is its disk full?"
    }
    if replication["role"] == "slave", replication["slave_read_only"] != "0" {
      return "Redis is a replica, so it refuses events"
    }
    return nil
  }

  /// The parts of `memoryLimit` at which events are refused, and taken again.
  package static let closeAt = 0.85
  package static let openAt = 0.80

  /// Whether the gate should be closed, given that it `isClosed` now.
  package func closesGate(_ isClosed: Bool) -> Bool {
    guard memoryLimit > 0 else { return false }
    return Double(usedMemory) >= Double(memoryLimit) * (isClosed ? Self.openAt : Self.closeAt)
  }
}
