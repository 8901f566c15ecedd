import HowUsedModel
import Testing

/// The recount on cases small enough to count by hand. Times are seconds after midnight of UTC, 2026-11-22.
@Suite struct RecountTests {
  static let midnight: Int64 = 1_795_305_600

  private func event(
    _ id: UInt64,
    user: Int64,
    at second: Int64,
    _ name: String? = "a",
    _ params: [String] = ["", "", ""],
    sent: Int64? = nil,
    bot: Int64 = 1
  ) -> RecountEvent {
    RecountEvent(
      id: StreamID(milliseconds: id),
      bot: bot,
      user: user,
      time: (Self.midnight + second) * 1000,
      name: name,
      params: params,
      sentRegistration: sent.map { Self.midnight + $0 }
    )
  }

  private func question(_ metric: RecountMetric, _ bounds: [Int64]) -> RecountQuestion {
    RecountQuestion(bot: 1, metric: metric, bounds: bounds.map { Self.midnight + $0 })
  }

  private func all(_ total: Int64, _ values: [Int64]) -> [RecountSeries] {
    [RecountSeries(name: "all", total: total, values: values)]
  }

  @Test func bucketsBeginWithTheirBoundAndEndBeforeTheNext() {
    var recount = Recount()
    // -1 ms and 120 s lie outside; 0 s and 59.999 s are in the first minute, 60 s in the second. Bot 2 is another's.
    recount.events = [-1, 0, 59_999, 60_000, 120_000].enumerated().map { index, time in
      var event = event(UInt64(index + 1), user: index < 3 ? 7 : 8, at: 0)
      event.time += Int64(time)
      return event
    }
    recount.events += [event(9, user: 9, at: 30, bot: 2), event(10, user: 7, at: 61)]
    #expect(recount.series(question(.uses, [0, 60, 120])) == all(4, [2, 2]))
    // Users of the first minute: 7; of the second: 8 and 7; of both: 7 and 8.
    #expect(recount.series(question(.users, [0, 60, 120])) == all(2, [1, 2]))
    #expect(recount.series(question(.uses, [200, 260])) == all(0, [0]))
  }

  @Test func filters() {
    var recount = Recount()
    recount.events = [
      event(1, user: 1, at: 0, "a", ["en", "x", ""]), event(2, user: 1, at: 1, "b"),
      event(3, user: 2, at: 2, "c", ["ru", "x", ""]),
    ]
    func uses(_ include: [RecountDimension: [String]], _ exclude: [RecountDimension: [String]]) -> Int64? {
      var question = question(.uses, [0, 60])
      (question.include, question.exclude) = (include, exclude)
      return recount.series(question).first?.total
    }
    #expect(uses([.event: ["a", "b", "d"]], [:]) == 2)
    #expect(uses([:], [.event: ["a", "d"]]) == 2)
    #expect(uses([:], [.param_1: ["en"]]) == 2, "b has the empty value, which is not en")
    #expect(uses([.param_1: ["en", "ru"], .param_2: ["x"]], [.event: ["c"]]) == 1)
    #expect(uses([.param_2: ["x"]], [.param_1: ["en", "ru"]]) == 0)
  }

  @Test func updatesAreKeptApartUntilMigrated() {
    var recount = Recount()
    recount.events = [event(1, user: 1, at: 0, nil), event(2, user: 2, at: 1, nil), event(3, user: 2, at: 2, "a")]
    var updates = question(.users, [0, 60])
    updates.updates = true
    var named = question(.uses, [0, 60])
    named.include = [.event: ["old"]]
    #expect(recount.series(question(.uses, [0, 60])) == all(1, [1]))
    #expect(recount.series(updates) == all(2, [2]))
    #expect(recount.series(named) == all(0, [0]))
    recount.updatesName = [1: "old"]
    #expect(recount.series(question(.uses, [0, 60])) == all(3, [3]))
    #expect(recount.series(named) == all(2, [2]))
    #expect(recount.series(updates) == all(2, [2]))
  }

  @Test func segmentsAreSortedAndTheRestIsUnited() {
    var recount = Recount()
    // Uses: x 3 (users 1, 2, 3), y 2 (user 1), "" 2 (users 1, 2), z 1 (user 1).
    for (index, (value, user)) in [("y", 1), ("x", 1), ("x", 2), ("", 1), ("z", 1), ("x", 3), ("y", 1), ("", 2)]
      .enumerated()
    {
      recount.events.append(event(UInt64(index + 1), user: Int64(user), at: Int64(index) * 10, "a", ["", value, ""]))
    }
    // Minute 1 has y, x, x, "", z, x (0…50 s), minute 2 y and "" (60 and 70 s).
    var uses = question(.uses, [0, 60, 120])
    uses.segment = .param_2
    #expect(
      recount.series(uses, limit: 2) == [
        RecountSeries(name: "x", total: 3, values: [3, 0]), RecountSeries(name: "", total: 2, values: [1, 1]),
        RecountSeries(name: "__other__", total: 3, values: [2, 1]),
      ]
    )
    // Users: x 3, "" 2, y 1, z 1. The rest is y and z: user 1 alone, in both minutes.
    uses.metric = .users
    #expect(recount.series(uses, limit: 2).last == RecountSeries(name: "__other__", total: 1, values: [1, 1]))
    #expect(recount.series(uses).map(\.name) == ["x", "", "y", "z"])
  }

  @Test func registrationIsTheLastSentElseTheEarliestMinute() {
    var recount = Recount()
    recount.events = [
      // User 1: sent 500 with id 3 and 900 with id 4; the time of an event doesn't matter.
      event(3, user: 1, at: 4000, sent: 500), event(4, user: 1, at: 3000, sent: 900), event(5, user: 1, at: 5000),
      // User 2: nothing sent, the earliest is of second 119, whose minute began at 60.
      event(6, user: 2, at: 200), event(7, user: 2, at: 119),
    ]
    #expect(recount.registrations(of: 1) == [1: Self.midnight + 900, 2: Self.midnight + 60])
    #expect(recount.series(question(.new, [0, 60, 120, 900, 960])) == all(2, [0, 1, 0, 1]))
  }

  @Test func newUsersHaveWhatTheirFirstEventHad() {
    var recount = Recount()
    recount.events = [
      // User 1: ids 2 and 3 are of the same minute, so the smaller id is first, although it is 20 seconds later.
      event(2, user: 1, at: 50, "late", ["en", "", ""]), event(3, user: 1, at: 30, "early", ["ru", "", ""]),
      // User 2: id 9 is of an earlier minute than id 4.
      event(4, user: 2, at: 130, "x"), event(9, user: 2, at: 70, "backfilled"),
      // User 3: was first seen with an update, which has no name.
      event(5, user: 3, at: 0, nil), event(6, user: 3, at: 300, "x"),
    ]
    var new = question(.new, [0, 60, 120])
    #expect(recount.series(new) == all(3, [2, 1]))
    new.segment = .event
    #expect(recount.series(new).map(\.name) == ["", "backfilled", "late"])
    new.segment = nil
    new.include = [.param_1: ["en"]]
    #expect(recount.series(new) == all(1, [1, 0]))
    new.include = [.event: ["x", "early"]]
    #expect(recount.series(new) == all(0, [0, 0]))
    recount.updatesName = [1: "x"]
    #expect(recount.series(new) == all(1, [1, 0]))
  }

  @Test func removedEventsAreVoid() {
    var recount = Recount()
    recount.events = [
      event(1, user: 1, at: 0, sent: 30), event(5, user: 1, at: 70), event(6, user: 1, at: 130),
      event(2, user: 1, at: 10, bot: 2),
    ]
    recount.removals = [(1, StreamID(milliseconds: 5)), (1, StreamID(milliseconds: 1))]
    #expect(recount.series(question(.uses, [0, 60, 120, 180])) == all(1, [0, 0, 1]))
    #expect(recount.registrations(of: 1) == [1: Self.midnight + 120], "what was sent before is void as well")
    #expect(recount.events(of: 2).count == 1)
  }

  @Test func onlineCountsAMinuteAndTheOneBefore() {
    var recount = Recount()
    // Minutes from midnight: -1: users 1, 2; 0: user 3; 1: users 3, 4; 2: none; 3: none; 4: user 5 (an update).
    recount.events = [
      event(1, user: 1, at: -60), event(2, user: 2, at: -1), event(3, user: 3, at: 0), event(4, user: 3, at: 60),
      event(5, user: 4, at: 119), event(6, user: 5, at: 240, nil),
    ]
    // Minute -1: {1, 2}; 0 begins the day: {3}; 1: {3, 4}; 2: {3, 4}; 3: none; 4: {5}; 5: {5}.
    #expect(
      recount.series(question(.online, [-60, 0, 60, 120, 180, 240, 300, 360])) == all(2, [2, 1, 2, 2, 0, 1, 1])
    )
    // Minute 2 is the first of its bucket, and yet minute 1 counts for it.
    #expect(recount.series(question(.online, [120, 300])) == all(2, [2]))
    #expect(recount.series(question(.online, [600, 900])) == all(0, [0]))
  }

  @Test func activeUsersTrail() {
    let day: Int64 = 86_400
    var recount = Recount()
    // User 1 on day -29, user 2 on day -30, user 3 on the last second of day -6, user 4 on the days 0 and 1.
    recount.events = [
      event(1, user: 1, at: -29 * day), event(2, user: 2, at: -30 * day), event(3, user: 3, at: -5 * day - 1),
      event(4, user: 4, at: 0), event(5, user: 4, at: 2 * day - 1), event(6, user: 4, at: 5, "b"),
    ]
    var question = question(.active, [0, day, 2 * day, 3 * day])
    question.exclude = [.event: ["b"]]
    let active = recount.active(question, earlier: (-29 ... -1).map { Self.midnight + $0 * day })
    // Day 0: 30 days reach back to day -29 (users 1, 3, 4), 7 days to day -6 (3, 4). Day 1: day -28 (3, 4), day -5 (4).
    let expected = RecountActive(
      daily: [1, 1, 0],
      weekly: [2, 1, 1],
      monthly: [3, 2, 2],
      stickiness: [3333, 5000, 0]
    )
    #expect(active == expected)
  }

  @Test func stickinessIsRoundedHalfUp() {
    var recount = Recount()
    // 32 users within 30 days, one of them on the day: 0.03125.
    recount.events = (1...32).map { event(UInt64($0), user: Int64($0), at: $0 == 1 ? 0 : -86_400) }
    let earlier = (-29 ... -1).map { Self.midnight + $0 * 86_400 }
    #expect(recount.active(question(.active, [0, 86_400]), earlier: earlier).stickiness == [313])
    #expect(Recount().active(question(.active, [0, 86_400]), earlier: earlier).stickiness == [nil])
  }

  @Test func topRowsHaveNewUsersAndThePeriodBefore() {
    var recount = Recount()
    // Asked for: seconds 600 to 1200; before that 0 to 600.
    recount.events = [
      event(1, user: 1, at: 0, "A"), event(2, user: 2, at: 599, "A"), event(3, user: 2, at: 300, "gone"),
      event(4, user: 1, at: 600, "A"), event(5, user: 3, at: 700, "A"), event(6, user: 3, at: 800, "b"),
      event(7, user: 4, at: 900, "b"), event(8, user: 4, at: 901, "b"), event(9, user: 4, at: 1200, "b"),
    ]
    var top = question(.uses, [600, 1200])
    top.segment = .event
    // New within the time: user 3 (first event A) and user 4 (first event b).
    let b = RecountRow(name: "b", uses: 3, users: 2, new: 1, previousUses: 0, previousUsers: 0)
    let a = RecountRow(name: "A", uses: 2, users: 2, new: 1, previousUses: 2, previousUsers: 2)
    #expect(recount.top(top) == [b, a])
    #expect(recount.top(top, sort: .users) == [a, b], "as many users: by name")
    #expect(recount.top(top, search: "a") == [a])
    #expect(recount.top(top, search: "one") == [])
  }

  @Test func cohortsComeBack() {
    var recount = Recount()
    // Units of 100 seconds. Registered: 1 and 2 in unit 0, 3 (sent) in unit 1, 4 in unit 1, whose minute began at 180.
    recount.events = [
      event(1, user: 1, at: 0), event(2, user: 1, at: 250), event(3, user: 2, at: 70, "b"), event(4, user: 2, at: 199),
      event(5, user: 3, at: 10, sent: 100), event(6, user: 3, at: 350), event(7, user: 4, at: 210),
    ]
    func cohort(_ from: Int64, _ size: Int64, _ returned: [Int64]) -> RecountCohort {
      let from = Self.midnight + from
      return RecountCohort(from: from, to: from + 100, size: size, returned: returned)
    }
    var question = question(.users, [0, 100, 200])
    let later = [300, 400].map { Self.midnight + $0 }
    // Units of events: user 1: 0, 2; user 2: 0, 1; user 3: 0, 3; user 4: 2.
    #expect(
      recount.retention(question, later: later) == [cohort(0, 2, [2, 1, 1, 0]), cohort(100, 2, [0, 1, 1])]
    )
    question.include = [.event: ["b"]]
    #expect(recount.retention(question) == [cohort(0, 2, [1, 0]), cohort(100, 2, [0])])
  }
}
