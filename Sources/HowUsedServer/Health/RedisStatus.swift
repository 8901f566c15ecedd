package import Redis

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
  /// Whether Redis answers at present before it has given a write to the system, because a sync of `everysec` lasts: then
  /// its crash costs what it answered since, of two seconds at most. Nil in the other tiers, which never do that.
  package var writesPostponed: Bool?
  /// How often since Redis's start a sync lasted longer than those two seconds, so that everybody waited.
  package var delayedSyncs: Int64 = 0
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

  // MARK: Reading it

  /// What Redis is asked; behind it, an XLEN for each stream.
  package static let questions = [
    RedisCommand("INFO", "memory"), RedisCommand("CONFIG", "GET", "appendonly"),
    RedisCommand("CONFIG", "GET", "appendfsync"), RedisCommand("INFO", "persistence"),
    RedisCommand("INFO", "replication"),
  ]

  /// Reads the replies to ``questions`` and to the XLENs. What can't be read stays as it is unknown.
  ///
  /// - Throws: `RedisServerError` when there is an error among the lengths: one that is loading its data answers so to
  ///   everything.
  package init(replies: [RedisValue]) throws(RedisServerError) {
    var answers = replies[...]
    func next() -> RedisValue { answers.popFirst() ?? .null }
    let memory = RedisInfo(next())
    let (appendOnly, appendFsync) = (next(), next())
    let (persistence, replication) = (RedisInfo(next()).fields, RedisInfo(next()).fields)
    if let error = answers.lazy.compactMap(\.error).first { throw error }
    self.init()
    usedMemory = memory.integer("used_memory") ?? 0
    let maximum = memory.integer("maxmemory") ?? 0
    memoryLimit = maximum > 0 ? maximum : memory.integer("total_system_memory") ?? 0
    durability = Self.durability(appendOnly: appendOnly, appendFsync: appendFsync)
    if durability == .everysec, let syncing = persistence["aof_pending_bio_fsync"],
      let buffered = persistence["aof_buffer_length"]
    {
      // redis/src/aof.c, flushAppendOnlyFile.
      writesPostponed = syncing != "0" && buffered != "0"
    }
    delayedSyncs = persistence["aof_delayed_fsync"].flatMap { Int64($0) } ?? 0
    refusal = Self.refusal(persistence: persistence, replication: replication)
    streamLength = answers.reduce(0) { $0 &+ ($1.int ?? 0) }
  }

  private static func durability(appendOnly: RedisValue, appendFsync: RedisValue) -> Durability {
    guard let isOn = appendOnly.array?.last?.string else { return .unknown }
    guard isOn == "yes" else { return .none }
    switch appendFsync.array?.last?.string {
    case "always": return .always
    case "everysec": return .everysec
    case "no": return .none
    default: return .unknown
    }
  }
}
