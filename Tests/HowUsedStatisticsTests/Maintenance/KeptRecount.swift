import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics

/// What statistics hold, as plain dictionaries: counted from events, or read from files.
struct KeptRecount: Equatable {
  struct Tuple: Hashable {
    var bot: Int64
    var texts: [[UInt8]]
    var user: Int64
    /// A bucket's beginning, in Unix seconds.
    var time: Int64
  }

  struct BotUser: Hashable {
    var bot: Int64
    var user: Int64
  }

  struct FirstEvent: Equatable {
    /// Unix minutes.
    var minute: Int64
    var texts: [[UInt8]]
  }

  var uses: [Tuple: Int] = [:]
  var firstEvents: [BotUser: FirstEvent] = [:]
  var registered: [BotUser: Int64] = [:]

  init() {}

  /// - Parameters:
  ///   - events: in the order of their ids.
  ///   - bucket: in seconds.
  init(_ events: [KeptEvent], bucket: Int64, since: Int64 = .min, removals: [Int64: StreamID] = [:]) {
    for event in events {
      if let removal = removals[event.bot], event.id <= removal { continue }
      let key = BotUser(bot: event.bot, user: event.user)
      let seconds = event.happened / 1000
      if seconds >= since {
        uses[
          Tuple(bot: event.bot, texts: event.texts, user: event.user, time: seconds / bucket * bucket),
          default: 0
        ] += 1
      }
      if firstEvents[key].map({ seconds / 60 < $0.minute }) ?? true {
        firstEvents[key] = FirstEvent(minute: seconds / 60, texts: event.texts)
      }
      if let time = event.registerTime { registered[key] = time }
    }
  }

  /// Where this differs from another one; nil: nowhere.
  func difference(from other: KeptRecount) -> String? {
    if self == other { return nil }
    let tuples = Set(uses.keys).union(other.uses.keys).filter { uses[$0] != other.uses[$0] }
    if let tuple = tuples.min(by: { $0.time < $1.time }) {
      let (ours, theirs) = (uses[tuple] ?? 0, other.uses[tuple] ?? 0)
      return "\(tuples.count) of \(other.uses.count) tuples, as \(tuple): \(ours) != \(theirs)"
    }
    let users = Set(firstEvents.keys).union(other.firstEvents.keys).filter { firstEvents[$0] != other.firstEvents[$0] }
    if let user = users.first {
      let (ours, theirs) = (String(describing: firstEvents[user]), String(describing: other.firstEvents[user]))
      return "\(users.count) of \(other.firstEvents.count) first events, as \(user): \(ours) != \(theirs)"
    }
    let times = Set(registered.keys).union(other.registered.keys).filter { registered[$0] != other.registered[$0] }
    return times.first.map {
      "\(times.count) times, as \($0): \(registered[$0] ?? 0) != \(other.registered[$0] ?? 0)"
    }
  }

  /// Adds the tuples of a section.
  mutating func add(_ section: Section, bot: Int64, bucket: Int64) throws {
    let users = try section.users()
    var stream = try RowStream(section)
    let rows = stream.rows
    try stream.forEach(0..<section.header.rows) { row, user, index, count in
      let time = section.header.start + Int64(index) * section.header.bucket
      let texts = (0..<4).map { section.texts[$0][Int(rows.values[$0][row])] }
      uses[
        Tuple(bot: bot, texts: texts, user: users[Int(user)], time: time / bucket * bucket),
        default: 0
      ] += count
    }
  }
}

/// Users' first events, from several sections.
struct KeptFirstEvents {
  private var minutes: [KeptRecount.BotUser: (minute: Int64, order: UInt64, texts: [[UInt8]])] = [:]
  private var sent: [KeptRecount.BotUser: (segment: UInt64, seconds: Int64)] = [:]

  mutating func add(_ section: Section, bot: Int64) throws {
    let users = try section.users()
    let firstEvents = try section.firstEvents()
    let rows = try section.rows()
    for (index, user) in users.enumerated() {
      let key = KeptRecount.BotUser(bot: bot, user: user)
      let minute = section.header.start / 60 + Int64(firstEvents.minutes[index])
      let row = Int(firstEvents.rows[index])
      let texts = (0..<4).map { section.texts[$0][Int(rows.values[$0][row])] }
      if let known = minutes[key], (known.minute, known.order) <= (minute, section.order) { continue }
      minutes[key] = (minute, section.order, texts)
    }
    for sent in firstEvents.sent {
      let key = KeptRecount.BotUser(bot: bot, user: users[Int(sent.user)])
      if let known = self.sent[key], known.segment > sent.segment { continue }
      self.sent[key] = (sent.segment, sent.seconds)
    }
  }

  func write(to recount: inout KeptRecount) {
    recount.firstEvents = minutes.mapValues { .init(minute: $0.minute, texts: $0.texts) }
    recount.registered = sent.mapValues(\.seconds)
  }
}

extension RollupSet {
  /// All that the files hold, by the rules that say which of their sections count.
  /// - Parameter base: what is read; the result has its buckets.
  func recount(_ base: BaseBucket, removals: [Int64: StreamID] = [:]) throws -> KeptRecount {
    let decompressor = try ZstdDecompressor()
    var recount = KeptRecount()
    for file in sources(of: Int64.min..<Int64.max, base: base) {
      for entry in try file.entries() where counts(entry.start, in: file, base: base) {
        guard !isRemoved(entry.bot, in: file, removals) else { continue }
        try recount.add(try file.section(entry, try file.open(), decompressor), bot: entry.bot, bucket: base.seconds)
      }
    }
    var firstEvents = KeptFirstEvents()
    for file in knownSources {
      for entry in try file.entries() where !isRemoved(entry.bot, in: file, removals) {
        try firstEvents.add(try file.section(entry, try file.open(), decompressor), bot: entry.bot)
      }
    }
    firstEvents.write(to: &recount)
    return recount
  }
}
