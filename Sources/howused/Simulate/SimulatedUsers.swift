import Foundation
import HowUsedModel

/// Who uses a bot: every day some come for the first time. Most of them never return, some do for a few days, some about
/// once a week, some nearly every day, for weeks or months. Each day's are a bit more than the day before.
///
/// All of it is a function of the seed, the rate and the time: another run has the same users again, doing the same.
struct SimulatedUsers {
  struct User {
    /// The day of the first session, in days since 1970, and the number among those of that day.
    let day: Int64
    let number: Int32
    /// An index of ``SimulatedWords/languages``.
    let language: Int8
    /// Whether the bot tells when the user registered.
    let tellsRegistration: Bool
    /// When the first session begins, in Unix milliseconds, and after which there are no more.
    let from: Int64
    let until: Int64
    /// After the first one, on average.
    let sessionsPerDay: Double
  }

  private struct Habit {
    /// Of all users.
    let share: Double
    /// After the first session, on average.
    let sessionsPerDay: Double
    /// Until they're lost, on average.
    let days: Double
  }

  private static let habits = [
    Habit(share: 0.55, sessionsPerDay: 0, days: 0), Habit(share: 0.2, sessionsPerDay: 0.35, days: 6),
    Habit(share: 0.15, sessionsPerDay: 0.17, days: 45), Habit(share: 0.1, sessionsPerDay: 1.3, days: 60),
  ]
  static let millisecondsPerDay: Int64 = 86_400_000
  /// Nobody stays longer.
  static let longestDays: Int64 = 90
  /// How much more users come than the day before.
  private static let growth = 0.008
  /// On a day; far more than there are at the highest rate.
  private static let mostNewcomers = 1 << 20

  private let seed: UInt64
  private let campaigns: SimulatedCampaigns
  /// Those who come for the first time on a day at the present, on average.
  private let newcomers: Double
  private let present: Int64

  /// - Parameters:
  ///   - rate: events a second, on average, at the present.
  ///   - present: Unix milliseconds. Earlier there was less, later there will be more.
  init(rate: Double, seed: UInt64, present: Int64) {
    self.seed = seed
    self.present = present / Self.millisecondsPerDay
    campaigns = SimulatedCampaigns(seed: seed)
    var sessions = 1.0
    for habit in Self.habits where habit.days > 0 {
      // Those who came earlier were fewer then, and some of them are lost.
      let loss = log(1 + Self.growth) + 1 / habit.days
      sessions += habit.share * habit.sessionsPerDay * (1 - exp(-loss * Double(Self.longestDays))) / loss
    }
    newcomers = rate * 86_400 / (SimulatedSession.averageLength * sessions)
  }

  /// Calls `body` with those who come for the first time on a day of UTC.
  func forEachNewcomer(on day: Int64, _ body: (User) -> Void) {
    let expected =
      newcomers * pow(1 + Self.growth, Double(day - present)) * campaigns.strength(on: day)
      * SimulatedRhythm.maximum
    var random = SplitMix64(hashing: seed, 1, UInt64(bitPattern: day))
    // As many as there would be if it were always the busiest time.
    for number in 0..<min(Int32(expected + random.unit()), Int32(Self.mostNewcomers)) {
      if let user = user(day, number) { body(user) }
    }
  }

  /// - Parameters:
  ///   - day: on which the user comes for the first time.
  ///   - number: of those of that day.
  /// - Returns: nil: there is no such user, since too few are there at that hour.
  func user(_ day: Int64, _ number: Int32) -> User? {
    var random = SplitMix64(hashing: seed, 2, UInt64(bitPattern: day), UInt64(number))
    let language = Int8(SimulatedWords.language(at: random.unit()))
    let from = Self.time(on: day, &random)
    guard Self.isThere(at: from, language, random.unit()) else { return nil }
    let habit = Self.habit(at: random.unit())
    let days = min(-log(1 - random.unit()) * habit.days, Double(Self.longestDays))
    return User(
      day: day,
      number: number,
      language: language,
      tellsRegistration: random.unit() < 0.33,
      from: from,
      until: from + Int64(days * Double(Self.millisecondsPerDay)),
      sessionsPerDay: habit.sessionsPerDay
    )
  }

  /// Where a user came from; empty: by themselves.
  func source(of user: User) -> String {
    var random = SplitMix64(hashing: seed, 3, UInt64(bitPattern: user.day), UInt64(user.number))
    return campaigns.name(on: user.day, at: random.unit()) ?? SimulatedWords.source(at: random.unit())
  }

  /// What a user does on a day depends on this.
  func random(of user: User, on day: Int64) -> SplitMix64 {
    SplitMix64(hashing: seed, 4, UInt64(bitPattern: user.day) << 32 | UInt64(user.number), UInt64(bitPattern: day))
  }

  /// Spread out, as real ids are, and none is given out twice within eleven years: the factor and the modulus have no
  /// common divisor.
  func id(of user: User) -> Int64 {
    let modulus: UInt64 = 7_000_000_000
    let place = UInt64(bitPattern: user.day) % 4096 * UInt64(Self.mostNewcomers) + UInt64(user.number) + seed % modulus
    return 100_000_000 + Int64(place % modulus * 387_420_489 % modulus)
  }

  // MARK: Chance

  /// Any time of a day of UTC, in Unix milliseconds.
  static func time(on day: Int64, _ random: inout SplitMix64) -> Int64 {
    day * millisecondsPerDay + Int64(random.unit() * Double(millisecondsPerDay))
  }

  /// Whether somebody who would be there at the busiest time is there at this one.
  static func isThere(at time: Int64, _ language: Int8, _ part: Double) -> Bool {
    let zone = SimulatedWords.languages[Int(language)].zone
    return part * SimulatedRhythm.maximum < SimulatedRhythm.level(at: time, zone: zone)
  }

  private static func habit(at part: Double) -> Habit {
    var rest = part
    for habit in habits {
      rest -= habit.share
      if rest < 0 { return habit }
    }
    return habits[0]
  }
}

/// When people are there: by hour of their day, by day of their week. 1 is the average of a week.
enum SimulatedRhythm {
  /// By hour, from midnight on.
  private static let hours = normalised([
    0.55, 0.35, 0.22, 0.15, 0.13, 0.18, 0.35, 0.65, 0.9, 1.05, 1.15, 1.2,
    1.3, 1.3, 1.2, 1.2, 1.25, 1.35, 1.5, 1.65, 1.75, 1.7, 1.4, 0.95,
  ])
  /// By day, from Thursday on: 1970 began with one.
  private static let days = normalised([0.93, 0.98, 1.16, 1.2, 0.94, 0.89, 0.9])

  /// It's never more than this.
  static let maximum = (hours.max() ?? 1) * (days.max() ?? 1)

  /// - Parameters:
  ///   - time: Unix milliseconds.
  ///   - zone: minutes that the people's clocks are ahead of UTC.
  static func level(at time: Int64, zone: Int64) -> Double {
    let local = Double(time + zone * 60_000)
    // A day is most like itself at noon.
    return between(hours, at: local / 3_600_000) * between(days, at: local / 86_400_000 - 0.5)
  }

  /// The values lie on a circle, and between two of them it goes straight from one to the other.
  private static func between(_ values: [Double], at place: Double) -> Double {
    let floor = place.rounded(.down)
    let first = Int(floor) % values.count
    let part = place - floor
    return values[first] * (1 - part) + values[(first + 1) % values.count] * part
  }

  private static func normalised(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 / mean }
  }
}
