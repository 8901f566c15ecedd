/// What users do, one thing after the other, from a moment on: of the past and of the present alike. A value driven by a
/// clock; all chance comes from a seed.
struct SimulatedTraffic {
  struct Event: Equatable {
    /// Unix milliseconds.
    let time: Int64
    let user: Int64
    let name: String
    let language: String
    let source: String
    /// Unix seconds. Of some users, and of all who were there before the bot was counted.
    let registered: Int64?
  }

  private let users: SimulatedUsers
  private var sessions: SimulatedSessions
  /// Unix milliseconds: nothing before counts.
  private let start: Int64
  /// Up to here everything is in `events`: a whole minute.
  private var filled: Int64
  /// The events of that minute that nobody has taken yet.
  private var events: ArraySlice<Event> = []
  /// Sessions of the day that haven't begun.
  private var waiting: ArraySlice<SimulatedSession> = []
  private var active: [(session: SimulatedSession, user: SimulatedUsers.User, source: String)] = []

  private static let step: Int64 = 60_000

  init(_ users: SimulatedUsers, from start: Int64) {
    self.users = users
    self.start = start
    // Some sessions have begun already.
    filled = (start - SimulatedSession.longestTime) / Self.step * Self.step
    sessions = SimulatedSessions(users, from: filled / SimulatedUsers.millisecondsPerDay)
  }

  /// The next events that happen before a moment, in the order in which they do.
  /// - Parameter limit: if there are so many there may be more.
  mutating func next(before end: Int64, limit: Int) -> [Event] {
    var taken: [Event] = []
    while taken.count < limit {
      if let event = events.first {
        guard event.time < end else { break }
        taken.append(event)
        events.removeFirst()
      } else if filled < end {
        fill()
      } else {
        break
      }
    }
    return taken
  }

  /// Takes the events of another minute.
  private mutating func fill() {
    let end = filled + Self.step
    if sessions.day * SimulatedUsers.millisecondsPerDay < end { waiting = sessions.next()[...] }
    while let session = waiting.first, session.next < end {
      waiting.removeFirst()
      guard let user = users.user(session.day, session.number) else { continue }
      active.append((session, user, users.source(of: user)))
    }
    var found: [Event] = []
    for index in active.indices {
      while active[index].session.left > 0, active[index].session.next < end {
        let time = active[index].session.next
        let (name, isFirst) = active[index].session.take()
        if time >= start { found.append(event(of: active[index].user, active[index].source, at: time, name, isFirst)) }
      }
    }
    active.removeAll { $0.session.left == 0 }
    found.sort { ($0.time, $0.user) < ($1.time, $1.user) }
    events = found[...]
    filled = end
  }

  private func event(
    of user: SimulatedUsers.User,
    _ source: String,
    at time: Int64,
    _ name: String,
    _ isFirst: Bool
  ) -> Event {
    let isKnown = user.tellsRegistration || user.from < start
    return Event(
      time: time,
      user: users.id(of: user),
      name: name,
      language: SimulatedWords.languages[Int(user.language)].code,
      source: source,
      registered: isKnown && isFirst ? user.from / 1000 : nil
    )
  }
}
