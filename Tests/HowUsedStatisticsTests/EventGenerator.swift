/// Believable chaos: a few bots, events and params with odd names, times of a span, some backfilled, some with
/// registration times.
struct EventGenerator {
  var random: SplitMix
  var bots: [Int64] = [1]
  var users: ClosedRange<Int64> = 1...60
  /// Unix milliseconds.
  var span: ClosedRange<Int64>
  static let events = ["start", "/help", "регистрация", "🚀старт", "say \"hi\"", "tab\tname"]
  static let languages = ["", "en", "ru", "de", "a,b", "\u{1}\u{1f}x"]
  static let referrals = ["", "ads", "friend", "back\\slash"]

  mutating func next(at time: Int64) -> TestEvent {
    var event = TestEvent(
      bot: bots.randomElement(using: &random) ?? 1,
      user: Int64.random(in: users, using: &random),
      event: Int.random(in: 0..<12, using: &random) == 0 ? nil : Self.events.randomElement(using: &random),
      time: time
    )
    if event.event != nil {
      event.params = [
        Self.languages.randomElement(using: &random) ?? "", Self.referrals.randomElement(using: &random) ?? "",
        Int.random(in: 0..<5, using: &random) == 0 ? "x" : "",
      ]
    }
    if Int.random(in: 0..<15, using: &random) == 0 {
      event.isBackfilled = true
      event.time = max(span.lowerBound, time - Int64.random(in: 0...86_400_000, using: &random))
    }
    if Int.random(in: 0..<10, using: &random) == 0 {
      event.registered = Int64.random(in: span.lowerBound / 1000...span.upperBound / 1000, using: &random)
    }
    return event
  }

  /// So many events, in the order of their stream ids' times.
  mutating func events(_ count: Int) -> [TestEvent] {
    var times = (0..<count).map { _ in Int64.random(in: span, using: &random) }
    times.sort()
    return times.map { next(at: $0) }
  }
}

/// Random numbers that a seed brings back.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
