import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// The events of a partition's stream that aren't in files yet, counted in memory.
struct PartitionTail {
  /// Everything up to here is in files.
  private(set) var base = StreamID.zero
  /// The last entry that was read, or the base.
  private(set) var position = StreamID.zero
  /// Entries that are no events of ours.
  private(set) var malformed = 0
  /// Events since the start.
  private(set) var counted = 0
  private var bots: [Int64: TailBot] = [:]
  private var removals: [Int64: StreamID] = [:]
  private var events = 0

  /// With more events than this nothing is read until some of them are in files: two full segments.
  static let eventLimit = 250_000

  var isFull: Bool { events >= Self.eventLimit }

  /// The first event that isn't in a file; nil: there is none.
  var isEmpty: Bool { events == 0 }

  mutating func add(_ entries: StreamEntries) {
    var last: (id: Int64, bot: TailBot)?
    _ = entries.forEach { entry in
      guard entry.id > position else { return true }
      position = entry.id
      guard let event = entry.event else {
        malformed += 1
        return true
      }
      let number = event.botID.rawValue
      if let removal = removals[number], entry.id <= removal { return true }
      let bot: TailBot
      if let last, last.id == number {
        bot = last.bot
      } else {
        bot = bots[number] ?? TailBot()
        bots[number] = bot
        last = (number, bot)
      }
      bot.add(event, in: entry.fragment, time: event.time, entry.id)
      events += 1
      counted += 1
      return true
    }
  }

  /// Lets go of what is in files now.
  mutating func drop(through id: StreamID) {
    guard id > base else { return }
    base = id
    position = max(position, id)
    let old = StreamID(milliseconds: id.milliseconds < 86_400_000 ? 0 : id.milliseconds - 86_400_000)
    for (number, bot) in bots {
      bot.drop(through: id)
      if bot.isIdle(before: old) { bots[number] = nil }
    }
    events = bots.values.reduce(0) { $0 + $1.count }
  }

  /// Lets events of removed bots, up to the ids, not count.
  mutating func remove(_ removals: [Int64: StreamID]) {
    for (number, id) in removals where self.removals[number] != id {
      bots[number]?.drop(through: id, keeping: 0)
      if bots[number]?.count == 0 { bots[number] = nil }
    }
    self.removals = removals
    events = bots.values.reduce(0) { $0 + $1.count }
  }

  /// What counts of a bot.
  func look(at bot: Int64, changes: UInt64, asOf: Int64) throws -> TailLook {
    try bots[bot]?.look(changes: changes, asOf: asOf) ?? TailLook(version: BotVersion(changes: changes), asOf: asOf)
  }

  func recentEvents(of bot: Int64, _ limit: Int) -> [RecentEvents.Event] { bots[bot]?.recentEvents(limit) ?? [] }

  func usesInLastMinute(of bot: Int64, at milliseconds: Int64) -> Int64 {
    bots[bot]?.usesInLastMinute(at: milliseconds) ?? 0
  }
}
