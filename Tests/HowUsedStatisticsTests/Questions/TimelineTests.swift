import HowUsedModel
import TestSupport
import Testing

@testable import HowUsedStatistics

/// Which buckets of time a question means.
@Suite struct TimelineTests {
  private typealias Parts = (timeline: Timeline, before: Timeline?)

  private func parts(
    _ zone: String,
    now: String,
    _ change: (inout TimelineRequest) throws -> Void
  ) throws -> Parts {
    var request = TimelineRequest()
    request.days = try #require(LocalDays(identifier: zone))
    try change(&request)
    let parts = try request.timeline(now: try LocalDaysTests.seconds(now))
    check(parts.timeline, "\(zone) \(now)")
    if let before = parts.before { check(before, "\(zone) \(now)", mayBeEmpty: true) }
    return parts
  }

  private func timeline(
    _ zone: String,
    now: String,
    _ change: (inout TimelineRequest) throws -> Void
  ) throws -> Timeline {
    try parts(zone, now: now, change).timeline
  }

  private func check(_ timeline: Timeline, _ comment: Comment, mayBeEmpty: Bool = false) {
    #expect(timeline.count >= 1)
    #expect(timeline.bounds.allSatisfy { $0 % timeline.base.seconds == 0 }, comment)
    for (left, right) in zip(timeline.bounds, timeline.bounds.dropFirst()) {
      #expect(left < right || mayBeEmpty && left == right, comment)
    }
  }

  private func texts(_ timeline: Timeline?) -> [String] { (timeline?.bounds ?? []).map { LocalDaysTests.text($0) } }

  // MARK: Days

  @Test func daysOfHalfHourZonesAreExact() throws {
    // A quarter past midnight there: until now, today was yesterday until half past.
    let days = try timeline("Asia/Kolkata", now: "2026-11-22T18:45Z") { request in
      request.step = 86_400
      request.period = 2 * 86_400
    }
    #expect(texts(days) == ["2026-11-21T18:30Z", "2026-11-22T18:30Z", "2026-11-23T18:30Z"])
    #expect(days.base == .quarter)
    #expect(days.note == nil)
    let before = try timeline("Asia/Kolkata", now: "2026-11-22T18:29Z") { $0.step = 86_400 }
    #expect(texts(before) == ["2026-11-21T18:30Z", "2026-11-22T18:30Z"])
    let kathmandu = try timeline("Asia/Kathmandu", now: "2026-11-22T18:15Z") { $0.step = 86_400 }
    #expect(texts(kathmandu) == ["2026-11-22T18:15Z", "2026-11-23T18:15Z"])
  }

  @Test func daysOfNoOrdinaryLengthAreWhole() throws {
    let cases = [
      ("Europe/Berlin", "2026-03-29", 23.0), ("Europe/Berlin", "2026-10-25", 25),
      ("Australia/Lord_Howe", "2026-04-05", 24.5),
      ("Australia/Lord_Howe", "2026-10-04", 23.5), ("Pacific/Chatham", "2026-04-05", 25),
      ("America/Santiago", "2026-09-06", 23),
      ("America/Santiago", "2026-04-04", 25), ("America/Havana", "2026-03-08", 23),
      ("America/Havana", "2026-11-01", 25),
      ("America/New_York", "2026-11-01", 25),
    ]
    for (zone, date, hours) in cases {
      let calendar = try #require(LocalDays(identifier: zone))
      let day = try LocalDaysTests.seconds(date) / 86_400
      for step in [3600, 86_400] as [Int64] {
        let timeline = try timeline(zone, now: "2026-12-01") { request in
          request.from = calendar.start(ofDay: day)
          request.to = calendar.start(ofDay: day + 1)
          request.step = step
        }
        #expect(timeline.end - timeline.start == Int64(hours * 3600), "\(zone) \(date)")
        #expect(timeline.count == (step == 3600 ? Int(hours.rounded(.up)) : 1), "\(zone) \(date)")
        #expect(timeline.base == .quarter)
      }
    }
  }

  @Test func hoursBeginAtLocalFullHours() throws {
    let hours = try timeline("Asia/Kolkata", now: "2026-11-22T10:05Z") { request in
      request.step = 3600
      request.period = 2 * 3600
    }
    #expect(texts(hours) == ["2026-11-22T08:30Z", "2026-11-22T09:30Z", "2026-11-22T10:30Z"])
    // 01:00, 02:30, 03:00, 04:00.
    let halved = try timeline("Australia/Lord_Howe", now: "2026-10-03T16:20Z") { request in
      request.from = try LocalDaysTests.seconds("2026-10-03T15:00Z")
      request.step = 3600
    }
    #expect(texts(halved) == ["2026-10-03T14:30Z", "2026-10-03T15:30Z", "2026-10-03T16:00Z", "2026-10-03T17:00Z"])
  }

  @Test func weeksBeginOnLocalMondays() throws {
    let weeks = try timeline("Asia/Kolkata", now: "2026-11-22T18:45Z") { request in
      request.step = 604_800
      request.period = 2 * 604_800
    }
    // The Mondays 2026-11-16, 23 and 30.
    #expect(texts(weeks) == ["2026-11-15T18:30Z", "2026-11-22T18:30Z", "2026-11-29T18:30Z"])
    let utc = try timeline("UTC", now: "2026-11-22T18:45Z") { $0.step = 604_800 }
    #expect(texts(utc) == ["2026-11-16T00:00Z", "2026-11-23T00:00Z"])
    #expect(utc.base == .day)
    let change = try timeline("America/New_York", now: "2026-11-02T12:00Z") { request in
      request.step = 604_800
      request.period = 2 * 604_800
    }
    #expect(texts(change) == ["2026-10-26T04:00Z", "2026-11-02T05:00Z", "2026-11-09T05:00Z"])
  }

  @Test func localDaysAreExactForFourHundredDays() throws {
    for zone in ["America/New_York", "Asia/Kolkata", "Europe/Moscow", "America/Havana"] {
      let kept = try timeline(zone, now: "2026-11-22T10:00Z") { request in
        request.step = 86_400
        request.period = 400 * 86_400
      }
      let calendar = try #require(LocalDays(identifier: zone))
      #expect(kept.base == .quarter)
      #expect(kept.note == nil)
      #expect(kept.count == 400)
      #expect(kept.bounds.allSatisfy { calendar.start(ofDay: calendar.day(at: $0)) == $0 })
      let older = try timeline(zone, now: "2026-11-22T10:00Z") { request in
        request.step = 86_400
        request.period = 402 * 86_400
      }
      #expect(older.base == .day)
      #expect(older.note == .daysInUTC)
      #expect(older.count == 402)
      #expect(LocalDaysTests.text(older.end) == "2026-11-23T00:00Z")
    }
    // There they are the same.
    let same = try timeline("Africa/Abidjan", now: "2026-11-22T10:00Z") { $0.period = 3000 * 86_400 }
    #expect(same.note == nil)
    #expect(same.base == .day)
  }

  @Test func aDayThatWasLeftOutIsNoPoint() throws {
    let days = try timeline("Pacific/Apia", now: "2012-01-02T00:00Z") { request in
      request.step = 86_400
      request.from = try LocalDaysTests.seconds("2011-12-29T10:00Z")
    }
    #expect(
      texts(days) == [
        "2011-12-29T10:00Z", "2011-12-30T10:00Z", "2011-12-31T10:00Z", "2012-01-01T10:00Z", "2012-01-02T10:00Z",
      ]
    )
  }

  // MARK: Lengths

  @Test func aPeriodEndsWithThePresentBucket() throws {
    let minutes = try timeline("Asia/Tokyo", now: "2026-11-22T10:00Z") { $0.period = 180 }
    #expect(texts(minutes) == ["2026-11-22T09:58Z", "2026-11-22T09:59Z", "2026-11-22T10:00Z", "2026-11-22T10:01Z"])
    #expect(minutes.base == .minute)
    let steps: [(hours: Int64, step: Int64, base: BaseBucket)] = [
      (3, 60, .minute), (12, 300, .minute), (24, 900, .quarter), (48, 900, .quarter), (72, 3600, .quarter),
      (14 * 24, 3600, .quarter), (30 * 24, 86_400, .day), (300 * 24, 604_800, .day),
    ]
    for (hours, step, base) in steps {
      let timeline = try timeline("UTC", now: "2026-11-22T10:07Z") { $0.period = hours * 3600 }
      #expect(timeline.step == step && timeline.base == base, "\(hours) h")
    }
  }

  @Test func automaticDividersTakeWhatIsKept() throws {
    func step(_ from: String, _ to: String) throws -> Int64 {
      try timeline("Europe/Berlin", now: "2026-11-22T10:00Z") { request in
        request.from = try LocalDaysTests.seconds(from)
        request.to = try LocalDaysTests.seconds(to)
      }.step
    }
    #expect(try step("2026-11-20T11:00Z", "2026-11-20T12:00Z") == 60)
    #expect(try step("2026-11-20T09:00Z", "2026-11-20T10:00Z") == 900)
    #expect(try step("2025-11-20T09:00Z", "2025-11-20T10:00Z") == 900)
    #expect(try step("2025-10-01T09:00Z", "2025-10-01T10:00Z") == 86_400)
    #expect(try step("2015-10-01T09:00Z", "2015-12-01T10:00Z") == 86_400)
  }

  @Test func whatIsNotKeptIsSaid() throws {
    func refusal(_ change: (inout TimelineRequest) throws -> Void) throws -> RequestError {
      try #require(throws: RequestError.self) { try timeline("UTC", now: "2026-11-22T10:00Z", change) }
    }
    let minutes = try refusal { request in
      request.period = 3 * 86_400
      request.step = 60
    }
    #expect(minutes.field == "period")
    #expect(minutes.description.contains("minutes are kept for 48 hours: choose a later from"))
    let hours = try refusal { request in
      request.from = try LocalDaysTests.seconds("2025-10-01")
      request.to = try LocalDaysTests.seconds("2025-11-01")
      request.step = 3600
    }
    #expect(hours.field == "from")
    #expect(hours.description.contains("hours are kept for 400 days"))
    let compared = try refusal { request in
      request.period = 30 * 3600
      request.step = 60
      request.before = .previous
    }
    #expect(compared.field == "compare")
    let many = try refusal { request in
      request.from = 0
      request.step = 86_400
    }
    #expect(many.field == "divider")
    var short = StatisticsRetention()
    short.minutes = 3600
    short.quarters = 10 * 86_400
    let set = try refusal { request in
      request.retention = short
      request.step = 60
      request.period = 2 * 3600
    }
    #expect(set.description.contains("minutes are kept for 1 hours"))
    let days = try timeline("Asia/Tokyo", now: "2026-11-22T10:00Z") { request in
      request.retention = short
      request.step = 86_400
      request.period = 12 * 86_400
    }
    #expect(days.note == .daysInUTC)
  }

  @Test func nothingIsOlderThanTheFirstBots() throws {
    let all = try timeline("Asia/Kolkata", now: "2026-11-22T10:00Z") { $0.from = 0 }
    #expect(LocalDaysTests.text(all.start) == "2009-12-28T00:00Z")
    #expect(all.step == 604_800)
    #expect(all.note == .daysInUTC)
    let period = try timeline("UTC", now: "2026-11-22T10:00Z") { $0.period = 36_600 * 86_400 }
    #expect(period.bounds == all.bounds)
  }

  // MARK: Before

  @Test func theTimeBeforeIsAsManyDays() throws {
    let days = try parts("Europe/Berlin", now: "2026-10-26T10:00Z") { request in
      request.step = 86_400
      request.period = 2 * 86_400
      request.before = .previous
    }
    #expect(texts(days.timeline) == ["2026-10-24T22:00Z", "2026-10-25T23:00Z", "2026-10-26T23:00Z"])
    #expect(texts(days.before) == ["2026-10-22T22:00Z", "2026-10-23T22:00Z", "2026-10-24T22:00Z"])
    let weeks = try parts("UTC", now: "2026-11-22T10:00Z") { request in
      request.step = 604_800
      request.before = .previous
    }
    #expect(texts(weeks.before) == ["2026-11-09T00:00Z", "2026-11-16T00:00Z"])
    // Both are in UTC when one of them must be.
    let old = try parts("Europe/Berlin", now: "2026-11-22T10:00Z") { request in
      request.step = 86_400
      request.period = 201 * 86_400
      request.before = .previous
    }
    #expect(old.timeline.note == .daysInUTC && old.before?.note == .daysInUTC)
    #expect(old.before?.end == old.timeline.start && old.before?.count == 201)
  }

  @Test func theTimeBeforeIsAtTheSameTimeOfDay() throws {
    let plain = try parts("Europe/Berlin", now: "2026-11-22T10:05Z") { request in
      request.step = 3600
      request.period = 7 * 86_400
      request.before = .previous
    }
    #expect(plain.before?.bounds == plain.timeline.bounds.map { $0 - 7 * 86_400 })
    // Clocks were put back in the week before: nine o'clock is compared with nine o'clock.
    let changed = try parts("Europe/Berlin", now: "2026-10-29T10:05Z") { request in
      request.step = 3600
      request.period = 4 * 86_400
      request.before = .previous
    }
    #expect(texts(changed.timeline).first == "2026-10-25T11:00Z")
    #expect(texts(changed.before).first == "2026-10-21T10:00Z")
    #expect(texts(changed.before).last == "2026-10-25T11:00Z")
    #expect(changed.before?.count == changed.timeline.count)
    // They were put forward: one hour wasn't there.
    let skipped = try parts("Europe/Berlin", now: "2026-03-30T06:00Z") { request in
      request.from = try LocalDaysTests.seconds("2026-03-29T22:00Z")
      request.to = try LocalDaysTests.seconds("2026-03-30T22:00Z")
      request.step = 3600
      request.before = .previous
    }
    let lengths = zip(skipped.before?.bounds ?? [], skipped.before?.bounds.dropFirst() ?? []).map { $1 - $0 }
    #expect(lengths == [3600, 3600, 0] + Array(repeating: 3600, count: 21))
    #expect(skipped.before?.end == skipped.timeline.start)
    // No whole days: directly before.
    let odd = try parts("Europe/Berlin", now: "2026-11-22T10:05Z") { request in
      request.step = 300
      request.period = 5 * 3600
      request.before = .previous
    }
    #expect(odd.before?.bounds == odd.timeline.bounds.map { $0 - 5 * 3600 })
  }

  @Test func activeUsersNeedADayMoreThanTheFourWeeksBefore() throws {
    let active = try parts("America/Santiago", now: "2026-09-10T10:00Z") { request in
      request.step = 86_400
      request.period = 7 * 86_400
      request.before = .days(ChartQuery.leadDays)
    }
    #expect(active.timeline.count == 7)
    #expect(active.before?.count == 29)
    #expect(active.before?.end == active.timeline.start)
    #expect(active.before?.base == active.timeline.base)
  }

  // MARK: Whatever is asked

  @Test func everyTimelineIsWhole() throws {
    var random = SplitMix64(state: TestRun.seed())
    let zones = LocalDaysTests.days.map(\.zone) + ["UTC", "Asia/Tokyo"]
    var answered = 0
    for _ in 0..<3000 {
      let name = zones.randomElement(using: &random) ?? "UTC"
      var request = TimelineRequest()
      request.days = try #require(LocalDays(identifier: name))
      let now = Int64.random(in: 1_767_225_600...1_830_297_600, using: &random)
      request.step = Bool.random(using: &random) ? TimelineRequest.steps.randomElement(using: &random) : nil
      request.before = [.nothing, .previous].randomElement(using: &random) ?? .nothing
      let length = Int64([60, 600, 7200, 86_400, 30 * 86_400].randomElement(using: &random) ?? 60)
      request.period = length * Int64.random(in: 1...40, using: &random)
      if Bool.random(using: &random) { request.to = now - Int64.random(in: 0...length * 20, using: &random) }
      if Bool.random(using: &random) {
        request.from = (request.to ?? now) - Int64.random(in: 1...length * 40, using: &random)
      }
      let comment: Comment = "\(name) \(now) \(request)"
      guard let (timeline, before) = try? request.timeline(now: now) else { continue }
      answered += 1
      check(timeline, comment)
      let to = request.to ?? now + 1
      #expect(timeline.end >= to && timeline.bounds[timeline.count - 1] < to, comment)
      if let from = request.from {
        #expect(timeline.start <= max(from, TimelineRequest.earliest) && timeline.bounds[1] > from, comment)
      }
      #expect(timeline.start >= request.retention.earliest(timeline.base, now: now), comment)
      #expect((before != nil) == (request.before == .previous), comment)
      if let before {
        check(before, comment, mayBeEmpty: true)
        #expect(before.count == timeline.count && before.base == timeline.base, comment)
        #expect(before.start < timeline.start && abs(before.end - timeline.start) <= 7200, comment)
      }
    }
    #expect(answered > 1000)
  }
}
