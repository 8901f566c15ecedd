import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Synchronization

/// One bot's events that aren't in files yet, and its last few that are.
final class TailBot {
  /// The events of one UTC day. Most bots have one; backfilled events lie in others.
  private struct Day {
    let counter: DayCounter
    /// Of each event that the counter keeps.
    var ids: [StreamID] = []
    /// Events that came with a time of their own: their milliseconds, by index.
    var times: [Int: Int64] = [:]
    /// How many of its events are in ``sections``.
    var encoded = 0
  }

  private var days: [Day] = []
  private var last: (look: TailLook, at: ContinuousClock.Instant)?
  /// What counts, as far as somebody asked for it, in the order in which it came.
  private var encoded: [SectionPlace] = []
  /// Events that ever came.
  private(set) var arrivals: UInt64 = 0
  private var minute: Int64 = 0
  /// Uses in that minute and in the one before.
  private var recent = (now: Int64(0), before: Int64(0))

  /// So many are kept after they got into files, for who looks at the last ones.
  static let keptEvents = RecentEvents.limits.upperBound

  /// With so many sections all become one again: each takes time of every question that isn't asked again and again.
  private static let sectionLimit = 16
  /// Who asks within so long sees the same: the pages of a bot ask at once, each several questions.
  private static let lookInterval = Duration.seconds(1)
  private static let sectionNumbers = Atomic<UInt64>(0)

  /// Events that count.
  var count: Int { days.reduce(0) { $0 + $1.counter.count } }

  /// Whether nothing of it has to be kept: nothing counts, and the last event is older than a day.
  func isIdle(before id: StreamID) -> Bool { count == 0 && days.allSatisfy { $0.ids.last ?? .zero < id } }

  /// - Parameters:
  ///   - fragment: what the event's texts are slices of.
  ///   - time: its own, in Unix milliseconds; nil: it happened when it got its id.
  func add(_ event: ArchivedEvent, in fragment: UnsafeRawBufferPointer, time: Int64?, _ id: StreamID) {
    let milliseconds = time ?? Int64(clamping: id.milliseconds)
    let seconds = milliseconds / 1000
    let start = seconds / DayCounter.secondsPerDay * DayCounter.secondsPerDay
    let index: Int
    if let last = days.indices.last, days[last].counter.start == start {
      index = last
    } else if let found = days.firstIndex(where: { $0.counter.start == start }) {
      index = found
    } else {
      index = days.count
      days.append(Day(counter: DayCounter(start: start)))
    }
    if time != nil { days[index].times[days[index].ids.count] = milliseconds }
    days[index].ids.append(id)
    arrivals += 1
    days[index].counter.add(event, in: fragment, at: seconds, arrival: arrivals)
    count(at: seconds / 60)
  }

  private func count(at minute: Int64) {
    if minute == self.minute { return recent.now += 1 }
    guard minute > self.minute else { return }
    recent = (1, minute == self.minute + 1 ? recent.now : 0)
    self.minute = minute
  }

  /// About how many uses there were within the last minute: this minute's, and of the last one's the part that isn't over.
  func usesInLastMinute(at milliseconds: Int64) -> Int64 {
    let present = milliseconds / 60_000
    let part = 1 - Double(milliseconds % 60_000) / 60_000
    switch present - minute {
    case ...0: return recent.now + Int64((Double(recent.before) * part).rounded())
    case 1: return Int64((Double(recent.now) * part).rounded())
    default: return 0
    }
  }

  /// Lets events up to an id not count any more.
  /// - Parameter keeping: so many of the last ones are kept to be looked at.
  func drop(through id: StreamID, keeping: Int = keptEvents) {
    for index in days.indices {
      let ids = days[index].ids
      guard let first = ids.first, first <= id else { continue }
      let counting = ids.partitioningIndex { $0 > id }
      let kept = min(max(ids.count - keeping, 0), counting)
      days[index].counter.drop(before: counting, keeping: kept)
      guard kept > 0 else { continue }
      days[index].ids.removeFirst(kept)
      days[index].times = Dictionary(
        uniqueKeysWithValues: days[index].times.compactMap { $0 < kept ? nil : ($0 - kept, $1) }
      )
    }
    let newest = days.map { $0.ids.last ?? .zero }.max() ?? .zero
    days.removeAll { $0.counter.count == 0 && $0.ids.last ?? .zero < newest }
    forgetSections()
  }

  private func forgetSections() {
    encoded = []
    last = nil
    for index in days.indices { days[index].encoded = 0 }
  }

  /// What counts, or did so a moment ago.
  /// - Parameters:
  ///   - changes: of what is counted but by more events.
  ///   - asOf: through when it's everything, Unix milliseconds.
  func look(changes: UInt64, asOf: Int64) throws -> TailLook {
    let version = BotVersion(changes: changes, arrivals: arrivals)
    if let last, last.look.version.changes == changes {
      if last.look.version == version { self.last?.look.asOf = asOf }
      if let look = self.last?.look, look.version == version || .now - last.at < Self.lookInterval { return look }
    }
    let look = TailLook(version: version, asOf: asOf, sections: try sections())
    last = (look, .now)
    return look
  }

  /// What counts, as sections by the minute. What came since they were asked for last makes new ones, so that who knows
  /// the others goes on from there.
  func sections() throws -> [SectionPlace] {
    guard days.contains(where: { $0.counter.hasEvents(from: $0.encoded) }) else { return encoded }
    if encoded.count >= Self.sectionLimit { forgetSections() }
    let compressor = try ZstdCompressor(level: 1)
    DayCounter.keepLastSent(days.map(\.counter))
    for index in days.indices where days[index].counter.hasEvents(from: days[index].encoded) {
      let counter = days[index].counter
      let bytes = try counter.encoded(compressor, segment: .max, from: days[index].encoded)
      let number = Self.sectionNumbers.add(1, ordering: .relaxed).newValue
      encoded.append(.memory(bytes, start: counter.start, number: number))
      days[index].encoded = counter.kept
    }
    return encoded
  }

  /// The last events, the newest first.
  func recentEvents(_ limit: Int) -> [RecentEvents.Event] {
    var found: [(id: StreamID, day: Int, index: Int)] = []
    for (number, day) in days.enumerated() {
      for index in day.ids.indices.suffix(limit) { found.append((day.ids[index], number, index)) }
    }
    return found.sorted { $0.id > $1.id }.prefix(limit).compactMap { entry in
      let event = days[entry.day].counter.event(entry.index)
      guard let user = UserID(rawValue: event.user) else { return nil }
      return RecentEvents.Event(
        id: entry.id,
        time: days[entry.day].times[entry.index] ?? Int64(clamping: entry.id.milliseconds),
        user: user,
        event: event.texts[0].isEmpty ? nil : event.texts[0],
        params: Array(event.texts[1...])
      )
    }
  }
}

/// A bot's events that aren't in files, as somebody saw them.
struct TailLook: Sendable {
  var version: BotVersion
  /// Through when everything that arrived is counted: Unix milliseconds.
  var asOf: Int64
  var sections: [SectionPlace] = []
}
