import HowUsedModel
import HowUsedStore
import Redis

/// Reads a ``TopSnapshot`` from Redis: it works beside a server, and without one.
struct TopSnapshotReader {
  private let store: Store
  private let clock: RedisClock
  private var uses: UsesReader

  init(store: Store, clock: RedisClock) {
    self.store = store
    self.clock = clock
    uses = UsesReader(client: store.client, keys: store.keys)
  }

  /// Of more bots than these, the rest isn't looked at.
  private static let botLimit = 2000

  mutating func read(_ bots: [BotRecord]) async throws -> TopSnapshot {
    var snapshot = TopSnapshot()
    snapshot.time = clock.nowMilliseconds
    snapshot.botCount = bots.count
    snapshot.partitions = store.keys.partitions.count
    for partition in store.keys.partitions { try await add(partition, to: &snapshot) }
    try await addMemory(to: &snapshot)
    let shown = Array(bots.prefix(Self.botLimit))
    let now = snapshot.time
    let online = try await store.client.pipeline(
      shown.map { OnlineSet(store.keys, $0.id).count(window: Limits.defaultOnlineSeconds, now: now) }
    )
    try await uses.follow(now: snapshot.time)
    snapshot.bots = zip(shown, online).map { bot, online in
      TopSnapshot.Bot(id: bot.id, name: bot.name, online: Self.count(online), lastMinute: uses.lastMinute(of: bot.id))
    }.sorted { left, right in
      (right.lastMinute, right.online, left.id) < (left.lastMinute, left.online, right.id)
    }
    return snapshot
  }

  private func add(_ partition: Partition, to snapshot: inout TopSnapshot) async throws {
    let stream = store.keys.events(partition)
    let replies = try await store.client.pipeline([
      ["XINFO", "STREAM", stream], ["GET", store.keys.archivePosition(partition)],
      ["GET", store.keys.archiveCursor(partition)], ["GET", store.keys.archiveLease(partition)],
    ])
    guard replies.count == 4 else { return }
    if let archiver = replies[3].string { snapshot.archivers[archiver, default: 0] += 1 }
    // There is no stream before the first event.
    guard replies[0].array != nil else { return }
    let named = replies[0].fields
    snapshot.added += Self.count(named["entries-added"])
    snapshot.waiting += Self.count(named["length"])
    let last = named["last-generated-id"]?.string.flatMap { StreamID($0) } ?? .zero
    let archived = replies[1].string.flatMap { StreamID($0) } ?? .zero
    // The server that archives counts what it reads at the same time.
    let counted = max(archived, replies[2].string.flatMap { StreamID($0) } ?? .zero)
    let archiveLag = try await lag(stream, behind: archived, last: last, snapshot.time)
    let statisticsLag = try await lag(stream, behind: counted, last: last, snapshot.time)
    snapshot.archiveLag = max(snapshot.archiveLag, archiveLag)
    snapshot.statisticsLag = max(snapshot.statisticsLag, statisticsLag)
  }

  /// Whatever Redis says, a sum over all partitions or bots can be told.
  private static func count(_ reply: RedisValue?) -> Int64 { min(max(reply?.int ?? 0, 0), 1 << 48) }

  private func lag(_ stream: String, behind position: StreamID, last: StreamID, _ now: Int64) async throws -> Int64 {
    guard position < last else { return 0 }
    let next = try await store.client.send("XRANGE", stream, "(\(position)", "+", "COUNT", 1)
    guard let id = next.array?.first?.array?.first?.string.flatMap({ StreamID($0) }) else { return 0 }
    return max(0, now - Int64(clamping: id.milliseconds))
  }

  private func addMemory(to snapshot: inout TopSnapshot) async throws {
    let memory = RedisInfo(try await store.client.send("INFO", "memory"))
    if let used = memory.integer("used_memory") { snapshot.usedMemory = used }
    if let limit = memory.integer("maxmemory") { snapshot.memoryLimit = limit }
  }
}

/// What `howused top` shows, as of one moment.
struct TopSnapshot: Sendable {
  struct Bot: Sendable {
    let id: BotID
    let name: String
    let online: Int64
    let lastMinute: Int64
  }

  /// Redis's time, in Unix milliseconds.
  var time: Int64 = 0
  /// Events that were ever added to the streams.
  var added: Int64 = 0
  /// Entries in the streams.
  var waiting: Int64 = 0
  /// How old the oldest event is that isn't in a sealed file, in milliseconds; 0: none.
  var archiveLag: Int64 = 0
  /// How old the oldest event is that isn't counted, in milliseconds; 0: none.
  var statisticsLag: Int64 = 0
  /// The processes that archive, and how many partitions each.
  var archivers: [String: Int] = [:]
  var partitions = 0
  var usedMemory: Int64 = 0
  /// 0: no limit.
  var memoryLimit: Int64 = 0
  /// The busiest first.
  var bots: [Bot] = []
  var botCount = 0
}
