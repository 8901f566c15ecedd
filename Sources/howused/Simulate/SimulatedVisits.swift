/// When users come, day by day.
struct SimulatedVisits {
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
      users.forEachNewcomer(on: before) { user in welcome(user, on: day) }
    }
  }

  /// The sessions that begin on the next day of UTC, in the order in which they do.
  mutating func next() -> [SimulatedSession] {
    let today = day
    day += 1
    regulars.removeAll { $0.until < today * SimulatedUsers.millisecondsPerDay }
    var sessions: [SimulatedSession] = []
    users.forEachNewcomer(on: today) { user in
      let chance = users.chance(of: user, on: -1)
      sessions.append(SimulatedSession(user: user.day, user.number, at: user.from, isFirst: true, chance: chance))
      welcome(user, on: today)
    }
    for user in regulars { add(user, on: today, to: &sessions) }
    sessions.sort { ($0.next, $0.day, $0.number) < ($1.next, $1.day, $1.number) }
    return sessions
  }

  private mutating func welcome(_ user: SimulatedUsers.User, on day: Int64) {
    guard user.sessionsPerDay > 0, user.until >= day * SimulatedUsers.millisecondsPerDay else { return }
    regulars.append(user)
  }

  private func add(_ user: SimulatedUsers.User, on day: Int64, to sessions: inout [SimulatedSession]) {
    var chance = users.chance(of: user, on: day)
    // As many as there would be if it were always the busiest time; then those go for whose time it isn't.
    for _ in 0..<chance.count(mean: user.sessionsPerDay * SimulatedRhythm.maximum) {
      let time = SimulatedUsers.time(on: day, &chance)
      let isThere = SimulatedUsers.isThere(at: time, user.language, chance.part())
      let own = Chance(chance.next())
      guard isThere, time > user.from, time < user.until else { continue }
      sessions.append(SimulatedSession(user: user.day, user.number, at: time, isFirst: false, chance: own))
    }
  }
}
