import Foundation
import HowUsedModel
import TestSupport

/// Random events that a seed brings back: bursts and quiet times, a few busy users and many rare ones, times on the edge
/// of a minute, late ones, and params of every kind.
struct RecountGenerator {
  static let zones = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
    "America/Santiago", "America/Havana", "Pacific/Chatham", "America/St_Johns",
  ]
  /// When clocks of these zones change in 2026, in unix seconds (from Python's zoneinfo).
  static let clockChanges: [Int64] = [
    1_772_946_000, 1_772_947_800, 1_772_953_200, 1_774_746_000, 1_775_311_200, 1_775_314_800, 1_775_358_000,
    1_788_667_200, 1_790_431_200, 1_791_041_400, 1_792_890_000, 1_793_507_400, 1_793_509_200, 1_793_512_800,
  ]
  static let names =
    ["common", "/testing", "регистрация", "🚀старт", "say \"hi\"", "tab\tname", "a,b", "!important", "back\\slash"]
    + (1...11).map { "event\($0)" }
  static let languages = ["en", "ru", "de", "pt-BR", "a,b", "!x"]
  static let sources = (0..<200).map { "src\($0)" } + ["Ёлка", "back\\slash", "<b>&\"", "__other", "SRC1"]
  static let marks = ["", "", "A", "B"]

  var random: SplitMix64
  /// The first has most of the events.
  var bots: [Int64] = [1, 77, 4_503_599_627_370_496]
  var userCount = 400
  /// Of so many events one happened before it came. 0: none.
  var lateOneIn = 12
  /// Unix milliseconds, in which events arrive.
  var span: ClosedRange<Int64>

  init(seed: UInt64, span: ClosedRange<Int64>) {
    random = SplitMix64(state: seed)
    self.span = span
  }

  /// So many days that end one to four days after a random change of clocks.
  init(seed: UInt64, days: Int64) {
    random = SplitMix64(state: seed)
    let change = Self.clockChanges.randomElement(using: &random) ?? 0
    let end = change + Int64.random(in: 86_400...4 * 86_400, using: &random)
    span = (end - days * 86_400) * 1000...end * 1000 - 1
  }

  /// The end of the span, in unix seconds.
  var now: Int64 { span.upperBound / 1000 + 1 }

  /// In the order of their ids, which are unique.
  mutating func events(_ count: Int) -> [RecountEvent] {
    var arrivals: [Int64] = []
    var burst = span.lowerBound
    for _ in 0..<count {
      if chance(20) { burst = Int64.random(in: span, using: &random) }
      var time = chance(2) ? burst + Int64.random(in: 0...150_000, using: &random) : .random(in: span, using: &random)
      if chance(10) { time = time / 60_000 * 60_000 - (chance(2) ? 1 : 0) }
      if chance(20) { time = time / 900_000 * 900_000 }
      arrivals.append(min(max(time, span.lowerBound), span.upperBound))
    }
    arrivals.sort()
    var events: [RecountEvent] = []
    for arrival in arrivals {
      var id = StreamID(milliseconds: UInt64(arrival))
      if let last = events.last?.id, last >= id { id = last.next }
      events.append(event(id, arrival: arrival))
    }
    return events
  }

  private mutating func event(_ id: StreamID, arrival: Int64) -> RecountEvent {
    var event = RecountEvent(id: id, bot: bots[rank(bots.count)], user: user(), time: arrival)
    if !chance(12) {
      event.name = Self.names[rank(Self.names.count)]
      if !chance(6) {
        event.params[0] = Self.languages[rank(Self.languages.count)]
        event.params[1] = chance(8) ? "" : Self.sources[rank(Self.sources.count)]
        event.params[2] = Self.marks.randomElement(using: &random) ?? ""
      }
    }
    if lateOneIn > 0, chance(lateOneIn) {
      event.time = arrival - Int64.random(in: 1...7 * 86_400_000 - 60_000, using: &random)
      if chance(3) { event.time = event.time / 60_000 * 60_000 }
    }
    if chance(15) { event.sentRegistration = Int64.random(in: span.lowerBound / 1000...now - 1, using: &random) }
    return event
  }

  /// 0 most often: place k comes up about 1/(k + 1) as often (Zipf).
  private mutating func rank(_ count: Int) -> Int {
    min(count, Int(pow(Double(count + 1), Double.random(in: 0..<1, using: &random)))) - 1
  }

  /// Negative, small and large numbers.
  private mutating func user() -> Int64 {
    let rank = Int64(rank(userCount) + 1)
    switch rank % 4 {
    case 0: return -1_000_000_000_000 - rank
    case 1: return 5_000_000_000 + rank
    case 2: return Int64.max - rank
    default: return rank
    }
  }

  private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
}
