import HowUsedModel
import HowUsedStore
import Redis

/// Counts each bot's events of the last minute, by reading what comes in.
struct UsesReader {
  private let reader: StreamReader
  private let keys: KeySchema
  private var positions: [Partition: StreamID] = [:]
  /// By bot and second.
  private var counts: [BotID: [Int64: Int64]] = [:]
  private var now: Int64 = 0

  /// Of one partition no more is read at once: what is beyond isn't counted.
  private static let entryLimit = 20_000
  private static let window: Int64 = 60

  init(client: RedisClient, keys: KeySchema) {
    reader = StreamReader(client: client, keys: keys)
    self.keys = keys
  }

  /// - Parameter now: Redis's time, in Unix milliseconds.
  mutating func follow(now: Int64) async throws {
    self.now = now / 1000
    let start = StreamID(milliseconds: UInt64(max(0, now - Self.window * 1000)))
    for partition in keys.partitions {
      var position = max(positions[partition] ?? .zero, start)
      var left = Self.entryLimit
      while left > 0 {
        let page = try await reader.next(partition, after: position, count: StreamReader.pageSize)
        left -= page.count
        add(page)
        position = page.last ?? position
        if page.isEnd { break }
      }
      if left <= 0 { position = StreamID(milliseconds: UInt64(max(0, now))) }
      positions[partition] = position
    }
    for bot in counts.keys { counts[bot] = counts[bot]?.filter { $0.key > self.now - Self.window } }
    counts = counts.filter { !$0.value.isEmpty }
  }

  private mutating func add(_ page: StreamEntries) {
    _ = page.forEach { entry in
      if let event = entry.event {
        counts[event.botID, default: [:]][Int64(clamping: entry.id.milliseconds / 1000), default: 0] += 1
      }
      return true
    }
  }

  func lastMinute(of bot: BotID) -> Int64 { counts[bot]?.values.reduce(0, +) ?? 0 }
}
