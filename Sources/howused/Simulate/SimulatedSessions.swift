import Foundation
import HowUsedModel

/// The sessions of all users, day by day.
struct SimulatedSessions {
  private let users: SimulatedUsers
  /// The day that is next, in days since 1970.
  private(set) var day: Int64
  /// Those who have come for the first time and may return.
  private var regulars: [SimulatedUsers.User] = []

  /// - Parameter day: the first one.
  init(_ users: SimulatedUsers, from day: Int64) {
    self.users = users
    self.day = day
    for before in (day - SimulatedUsers.longestDays)..<day {
      users.forEachNewcomer(on: before) { user in addRegular(user, on: day) }
    }
  }

  /// The sessions that begin on the next day of UTC, in the order in which they do.
  mutating func next() -> [SimulatedSession] {
    let today = day
    day += 1
    regulars.removeAll { $0.until < today * SimulatedUsers.millisecondsPerDay }
    var sessions: [SimulatedSession] = []
    users.forEachNewcomer(on: today) { user in
      let random = users.random(of: user, on: -1)
      sessions.append(SimulatedSession(user: user.day, user.number, at: user.from, isFirst: true, random: random))
      addRegular(user, on: today)
    }
    for user in regulars { add(user, on: today, to: &sessions) }
    sessions.sort { ($0.next, $0.day, $0.number) < ($1.next, $1.day, $1.number) }
    return sessions
  }

  private mutating func addRegular(_ user: SimulatedUsers.User, on day: Int64) {
    guard user.sessionsPerDay > 0, user.until >= day * SimulatedUsers.millisecondsPerDay else { return }
    regulars.append(user)
  }

  private func add(_ user: SimulatedUsers.User, on day: Int64, to sessions: inout [SimulatedSession]) {
    var random = users.random(of: user, on: day)
    // As many as there would be if it were always the busiest time; then those go for whose time it isn't.
    for _ in 0..<random.poisson(mean: user.sessionsPerDay * SimulatedRhythm.maximum) {
      let time = SimulatedUsers.time(on: day, &random)
      let isThere = SimulatedUsers.isThere(at: time, user.language, random.unit())
      let own = SplitMix64(hashing: random.next())
      guard isThere, time > user.from, time < user.until else { continue }
      sessions.append(SimulatedSession(user: user.day, user.number, at: time, isFirst: false, random: own))
    }
  }
}

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
  private var random: SplitMix64

  private static let mean = 7.5
  private static let longest: Int8 = 60
  private static let pause: ClosedRange<Int64> = 2000...25_000

  /// Things that are done in a session.
  static let averageLength = 1 + (1 - exp(-Double(longest - 1) / mean)) / (exp(1 / mean) - 1)
  /// No session takes longer than this: milliseconds.
  static let longestTime = Int64(longest) * pause.upperBound

  init(user day: Int64, _ number: Int32, at time: Int64, isFirst: Bool, random: SplitMix64) {
    self.day = day
    self.number = number
    self.isFirst = isFirst
    next = time
    self.random = random
    left = 1 + Int8(min(-log(1 - self.random.unit()) * Self.mean, Double(Self.longest - 1)))
  }

  /// Does the next thing; `left` must not be 0.
  /// - Returns: its name, and whether it's the session's first.
  mutating func take() -> (name: String, isFirst: Bool) {
    defer {
      hasBegun = true
      left -= 1
      next += Int64.random(in: Self.pause, using: &random)
    }
    let part = random.unit()
    if !hasBegun, isFirst || part < 0.4 { return (SimulatedWords.start, true) }
    return (SimulatedWords.event(at: random.unit()), !hasBegun)
  }
}

extension SplitMix64 {
  /// How many of something there are that comes on its own `mean` times, on average. Meant for a few.
  fileprivate mutating func poisson(mean: Double) -> Int {
    // Knuth, "The Art of Computer Programming", volume 2, 3.4.1, algorithm Q.
    let none = exp(-mean)
    var weight = unit()
    var count = 0
    while weight >= none, count < 50 {
      weight *= unit()
      count += 1
    }
    return count
  }
}
