import HowUsedModel
import TestSupport

/// Makes up events at random, the same ones from the same seed.
struct KeptEvents {
  var generator: SplitMix64
  var bots: [Int64] = [1, 42, 1 << 53]
  var users: [Int64] = [.min, .min + 1, -77, -1, 1, 2, 5, 1 << 40, .max - 1, .max] + (100..<140).map { Int64($0) }
  /// Of a hundred events how many come late, and how many say when the user came.
  var late = 20
  var registering = 15

  init(seed: UInt64) { generator = SplitMix64(state: seed) }

  /// A segment of one day, `from` to `to` being parts of it, of a thousand.
  mutating func segment(day: Int64, _ from: Int64 = 0, _ to: Int64 = 1000, count: Int) -> [KeptEvent] {
    let start = day * 86_400_000
    let times = (0..<count).map { _ in
      start + Int64.random(in: from * 86_400..<to * 86_400, using: &generator)
    }.sorted()
    return times.enumerated().map { index, time in event(at: time, sequence: UInt64(index)) }
  }

  private mutating func event(at time: Int64, sequence: UInt64) -> KeptEvent {
    var event = KeptEvent(
      id: StreamID(milliseconds: UInt64(time), sequence: sequence),
      bot: bots[Int.random(in: 0..<bots.count, using: &generator)],
      user: users[Int.random(in: 0..<users.count, using: &generator)]
    )
    if chance(90) { event.name = one(of: ["/start", "pay", "help\\\"me", "žluťoučký"]) }
    // Several params that may be missing, each alone, too.
    event.params = (0..<3).map { _ in chance(50) ? one(of: ["a", "b", "\\u001e", "/start"]) : "" }
    if chance(late) { event.time = time - Int64.random(in: 0...7 * 86_400_000, using: &generator) }
    if chance(registering) { event.registerTime = Int64.random(in: 1_262_304_000...1_900_000_000, using: &generator) }
    return event
  }

  private mutating func one(of texts: [String]) -> String {
    texts[Int.random(in: 0..<texts.count, using: &generator)]
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
}
