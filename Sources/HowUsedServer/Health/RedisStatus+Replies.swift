package import Redis

extension RedisStatus {
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
