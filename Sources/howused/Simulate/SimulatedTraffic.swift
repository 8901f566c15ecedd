import Foundation

/// Users who come for a few minutes, do one thing after the other, and leave. A value driven by a clock; all chance comes
/// from a seed.
struct SimulatedTraffic {
  struct Event {
    let user: Int64
    let name: String
    let language: String
    let source: String
    /// Unix seconds; of users who were there before the bot was counted.
    let registered: Int64?
  }

  private struct Session {
    let user: Int64
    var next: Int64
    var left: Int
    var isFirst = true
  }

  private static let languages: [(String, Double)] = [
    ("ru", 0.38), ("en", 0.27), ("uk", 0.1), ("es", 0.08), ("de", 0.06), ("pt-br", 0.06), ("fa", 0.05),
  ]
  private static let sources: [(String, Double)] = [
    ("", 0.45), ("friend", 0.2), ("channel_news", 0.15), ("ads_spring", 0.12), ("qr", 0.08),
  ]
  private static let things: [(String, Double)] = [
    ("message", 0.52), ("/help", 0.06), ("menu", 0.2), ("settings", 0.05), ("🛒 cart", 0.08), ("payment", 0.03),
    ("inline_query", 0.06),
  ]
  /// Things that a user does in a session, on average.
  private static let sessionLength = 8.0

  private let users: Int
  private let rate: Double
  private var random: Chance
  private var sessions: [Session] = []

  init(users: Int, rate: Double, seed: UInt64) {
    self.users = users
    self.rate = rate
    random = Chance(state: seed)
  }

  /// What happens between two moments, in Unix milliseconds.
  mutating func events(from: Int64, to: Int64) -> [Event] {
    guard to > from else { return [] }
    let expected = rate * Self.busyness(at: to) / Self.sessionLength * Double(to - from) / 1000
    var arrivals = Int(expected)
    if Double.random(in: 0..<1, using: &random) < expected - Double(arrivals) { arrivals += 1 }
    for _ in 0..<arrivals {
      let length = max(1, Int(-log(Double.random(in: 0.0001..<1, using: &random)) * Self.sessionLength))
      sessions.append(Session(user: user(), next: Int64.random(in: from..<to, using: &random), left: length))
    }
    var events: [Event] = []
    for index in sessions.indices {
      while sessions[index].left > 0, sessions[index].next <= to {
        events.append(event(of: sessions[index]))
        sessions[index].isFirst = false
        sessions[index].left -= 1
        sessions[index].next += Int64.random(in: 2000...25_000, using: &random)
      }
    }
    sessions.removeAll { $0.left == 0 }
    return events
  }

  /// Some come back far more often than others. Ids are spread out, as real ones are.
  private mutating func user() -> Int64 {
    let place = pow(Double.random(in: 0..<1, using: &random), 3)
    return Self.id(of: Int(place * Double(users)))
  }

  private static func id(of number: Int) -> Int64 {
    100_000_000 + Int64(Chance.mix(UInt64(number)) % 7_000_000_000)
  }

  private mutating func event(of session: Session) -> Event {
    let traits = Chance.mix(UInt64(bitPattern: session.user))
    let share = Double(traits % 10_000) / 10_000
    // Every third one was there long before.
    let registered = traits / 10_000 % 3 == 0 ? 1_700_000_000 + Int64(traits / 30_000 % 60_000_000) : nil
    return Event(
      user: session.user,
      name: session.isFirst ? "/start" : Self.pick(Self.things, Double.random(in: 0..<1, using: &random)),
      language: Self.pick(Self.languages, share),
      source: Self.pick(Self.sources, Double(traits / 10_000 % 10_000) / 10_000),
      registered: session.isFirst ? registered : nil
    )
  }

  private static func pick(_ choices: [(String, Double)], _ place: Double) -> String {
    var rest = place
    for (name, share) in choices {
      rest -= share
      if rest < 0 { return name }
    }
    return choices[0].0
  }

  /// 0.25 in the small hours, 1 in the evening (UTC).
  static func busyness(at milliseconds: Int64) -> Double {
    let hour = Double(milliseconds % 86_400_000) / 3_600_000
    return 0.625 + 0.375 * cos((hour - 19) / 24 * 2 * .pi)
  }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct Chance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.finish(state)
  }

  static func mix(_ value: UInt64) -> UInt64 { finish(value &+ 0x9e37_79b9_7f4a_7c15) }

  private static func finish(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
