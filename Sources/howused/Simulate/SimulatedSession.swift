import Foundation

/// A user does one thing after the other for some minutes.
struct SimulatedSession {
  /// Which ``SimulatedUsers/User`` it is: the day of the first session, and the number among those of that day.
  let day: Int64
  let number: Int32
  /// When the next thing is done, in Unix milliseconds.
  private(set) var next: Int64
  /// How many more are done.
  private(set) var left: Int8
  /// Whether it's the user's first session.
  private let isFirst: Bool
  private var hasBegun = false
  private var chance: Chance

  private static let mean = 7.5
  private static let longest: Int8 = 60
  private static let pause: ClosedRange<Int64> = 2000...25_000

  /// Things that are done in a session.
  static let averageLength = 1 + (1 - exp(-Double(longest - 1) / mean)) / (exp(1 / mean) - 1)
  /// No session takes longer than this: milliseconds.
  static let longestTime = Int64(longest) * pause.upperBound

  init(user day: Int64, _ number: Int32, at time: Int64, isFirst: Bool, chance: Chance) {
    self.day = day
    self.number = number
    self.isFirst = isFirst
    next = time
    self.chance = chance
    left = 1 + Int8(min(-log(1 - self.chance.part()) * Self.mean, Double(Self.longest - 1)))
  }

  /// Does the next thing; `left` must not be 0.
  /// - Returns: its name, and whether it's the session's first.
  mutating func take() -> (name: String, isFirst: Bool) {
    defer {
      hasBegun = true
      left -= 1
      next += Int64.random(in: Self.pause, using: &chance)
    }
    let part = chance.part()
    if !hasBegun, isFirst || part < 0.4 { return (SimulatedWords.start, true) }
    return (SimulatedWords.event(at: chance.part()), !hasBegun)
  }
}
