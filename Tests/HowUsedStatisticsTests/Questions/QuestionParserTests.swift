import HowUsedModel
import TestSupport
import Testing

@testable import HowUsedStatistics

@Suite struct QuestionParserTests {
  /// 2026-11-22T10:00:00Z, a Sunday.
  private static let now: Int64 = 1_795_341_600

  private func parser(_ query: String, now: Int64 = Self.now) -> QuestionParser {
    let parameters = query.split(separator: "&").map { part in
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (name: sides[0], value: sides.count > 1 ? sides[1] : "")
    }
    return QuestionParser(parameters: parameters, now: now)
  }

  private func chart(_ query: String) throws -> ChartQuery { try parser(query).charts()[0] }

  private func text(_ seconds: Int64) -> String { LocalDaysTests.text(seconds) }

  // MARK: /stats

  @Test func aQuestionSaysWhatIsNotSaid() throws {
    let plain = try chart("")
    #expect(plain.metric == .uses && plain.filter.isEverything && plain.segment == nil && plain.previous == nil)
    #expect(plain.timeline.step == 900 && plain.timeline.count == 96)
    #expect(try chart("metric=&period=&divider=&segment=&compare=&tz=&from=&to=&to=") == plain)
    #expect(try chart("unknown=1&param_4=x") == plain)
    #expect(try parser("").format() == .json)
    #expect(try parser("format=csv").format() == .csv)
  }

  @Test func everyMetricIsAskedForAsItCanBe() throws {
    let new = try chart("metric=new&event=a&param_1=b&segment=param_2&period=3d")
    #expect(new.metric == .new && new.segment == .param(2) && !new.filter.isEverything)
    #expect(try chart("metric=users&param_1=a&param_2=b&param_3=!c&segment=event").filter.params.count == 3)
    let online = try chart("metric=online&compare=previous")
    #expect(online.previous?.count == online.timeline.count && online.lead == nil)
    let active = try chart("metric=active&event=a&period=7d&tz=America/Havana")
    #expect(active.lead?.count == 29 && active.previous == nil && active.timeline.step == 86_400)
    #expect(try chart("metric=active&divider=24h").timeline == chart("metric=active&divider=auto").timeline)
  }

  @Test func severalMetricsAreAskedForAtOnce() throws {
    let charts = try parser("metric=users,uses,online,uses&period=3d").charts()
    #expect(charts.map(\.metric) == [.users, .uses, .online])
    #expect(try charts == ["users", "uses", "online"].map { try chart("metric=\($0)&period=3d") })
    for wrong in ["metric=uses,", "metric=,", "metric=uses,clicks", "metric=uses&metric=users"] {
      #expect(throws: RequestError.self) { try parser(wrong).charts() }
    }
    // What one of them can't be asked is refused.
    #expect { try parser("metric=uses,online&event=a").charts() } throws: { ($0 as? RequestError)?.field == "event" }
  }

  @Test func timesAreReadInTheirZone() throws {
    func from(_ text: String, _ zone: String = "Asia/Kolkata", divider: String = "15m") throws -> String {
      self.text(try chart("tz=\(zone)&from=\(text)&divider=\(divider)").timeline.start)
    }
    #expect(try from("2026-11-20") == "2026-11-19T18:30Z")
    #expect(try from("2026-09-06", "America/Santiago", divider: "24h") == "2026-09-06T04:00Z")
    #expect(try from("1795082400") == "2026-11-19T10:00Z")
    #expect(try from("2026-11-20T10:00Z") == "2026-11-20T10:00Z")
    #expect(try from("2026-11-20T10:00:00.000Z") == "2026-11-20T10:00Z")
    #expect(try from("2026-11-20T10:00") == "2026-11-20T04:30Z")
    #expect(try from("2026-11-20T10:00:00") == "2026-11-20T04:30Z")
    #expect(try from("2026-11-20T10:00:00+03:00") == "2026-11-20T07:00Z")
    #expect(try from("2026-11-20T10:00 03:00") == "2026-11-20T07:00Z")
    #expect(try from("2026-11-20T10:00:00-03:30") == "2026-11-20T13:30Z")
    let days = try chart("tz=Asia/Kathmandu&from=2026-11-01&to=2026-11-08&divider=24h").timeline
    #expect(days.count == 7 && text(days.start) == "2026-10-31T18:15Z" && text(days.end) == "2026-11-07T18:15Z")
  }

  @Test func whatCannotBeAnsweredIsNamed() throws {
    let wrong = [
      ("metric=clicks", "metric"), ("segment=param_4", "segment"), ("period=0m", "period"), ("period=-3d", "period"),
      ("period=3y", "period"), ("period=d", "period"), ("period=99999999999999999999d", "period"),
      ("period=99999999w", "period"), ("divider=2h", "divider"), ("tz=Europe/Nowhere", "tz"), ("tz=GMT+05:07", "tz"),
      ("from=yesterday", "from"), ("from=-1", "from"), ("from=2026-02-30", "from"), ("from=1e9", "from"),
      ("from=1795082400000", "from"), ("to=9e18", "to"), ("to=9000000000000000000", "to"), ("to=253402300799", "to"),
      ("to=99999999999999999999999", "to"), ("to=1", "to"), ("from=20&to=10", "to"), ("from=2026-11-25", "from"),
      ("from=2026-11-20T10:00:00 3:00", "from"), ("from=2026-11-20T10:00:00+24:00", "from"),
      ("from=2026-11-20&to=2026-11-20", "from"), ("period=3d&divider=1m", "period"),
      ("from=2025-09-01&to=2025-10-01&divider=1h", "from"),
      ("from=2020-01-01&to=2020-01-02&divider=15m", "from"), ("from=0&divider=24h", "divider"),
      ("period=300d&divider=1h", "divider"), ("type=click", "type"), ("period=3d&period=4d", "period"),
      ("compare=next", "compare"), ("compare=previous&segment=event", "compare"),
      ("compare=previous&divider=1m&period=30h", "compare"), ("metric=online&event=a", "event"),
      ("metric=online&param_2=!a", "param_2"), ("metric=online&segment=event", "segment"),
      ("metric=online&type=update", "type"), ("metric=new&type=update", "type"),
      ("metric=active&divider=1h", "divider"),
      ("metric=active&divider=7d", "divider"), ("metric=active&segment=event", "segment"),
      ("metric=active&compare=previous", "compare"), ("event=!a&event=b", "event"),
    ]
    for (query, field) in wrong {
      let error = #expect(throws: RequestError.self, "\(query)") { try chart(query) }
      #expect(error?.field == field && error?.code == .badRequest, "\(query): \(error?.description ?? "")")
    }
    let long = try #require(throws: RequestError.self) { try chart("tz=" + String(repeating: "x", count: 65_536)) }
    #expect(long.field == "tz" && long.description.utf8.count < 200)
    #expect(throws: RequestError.self) { try parser("format=xml").format() }
  }

  // MARK: /top

  @Test func listsAreOfTheChartsTime() throws {
    for query in [
      "", "period=3h", "period=7d&tz=Asia/Kolkata", "period=60d&tz=Asia/Kolkata", "from=2026-03-01&to=2026-04-01",
    ] {
      let chart = try chart(query + "&compare=previous")
      let top = try parser("by=event&" + query).top()
      #expect(top.timeline.bounds == [chart.timeline.start, chart.timeline.end], "\(query)")
      #expect(top.previous.bounds == [chart.previous?.start, chart.timeline.start], "\(query)")
      #expect(top.timeline.base == chart.timeline.base && top.previous.base == chart.timeline.base)
    }
    let plain = try parser("by=param_2&divider=7d&segment=event").top()
    #expect(
      plain.by == .param(2) && plain.limit == 10 && plain.offset == 0 && plain.order == .uses && plain.search == ""
    )
    let full = try parser("by=event&search=Ab&sort=users&limit=200&offset=1000000000&param_1=x&type=update").top()
    #expect(full.search == "Ab" && full.order == .users && full.limit == 200 && full.offset == 1_000_000_000)
    #expect(full.filter.updates && !full.filter.params[0].isEverything)
    let wrong = [
      ("", "by"), ("by=", "by"), ("by=user", "by"), ("by=event&limit=0", "limit"), ("by=event&limit=-5", "limit"),
      ("by=event&limit=201", "limit"), ("by=event&limit=99999999999999999999", "limit"),
      ("by=event&limit=ten", "limit"),
      ("by=event&offset=-1", "offset"), ("by=event&offset=9223372036854775807", "offset"),
      ("by=event&sort=new", "sort"),
      ("by=event&search=\(String(repeating: "x", count: 257))", "search"), ("by=event&period=1s", "period"),
    ]
    for (query, field) in wrong {
      let error = #expect(throws: RequestError.self, "\(query)") { try parser(query).top() }
      #expect(error?.field == field, "\(query)")
    }
  }

  // MARK: /retention

  @Test func cohortsAreOfLocalUnits() throws {
    let weeks = try parser("tz=Asia/Kolkata").retentionQuery()
    #expect(weeks.unit == .week && weeks.cohortCount == 12 && weeks.units.count == 12)
    #expect(text(weeks.units.start) == "2026-08-30T18:30Z" && text(weeks.end) == "2026-11-22T18:30Z")
    #expect(weeks.units.base == .quarter)
    let days = try parser("unit=day").retentionQuery()
    #expect(days.cohortCount == 30 && text(days.end) == "2026-11-23T00:00Z" && days.units.base == .day)
    // Those who came then may come back until now.
    let past = try parser("unit=day&from=2026-11-01&to=2026-11-04&event=a").retentionQuery()
    #expect(past.cohortCount == 3 && past.units.count == 22 && text(past.end) == "2026-11-04T00:00Z")
    #expect(past.filter.events.values.count == 1)
    // What is to come has no cohorts.
    let future = try parser("unit=day&from=2026-11-21&to=2026-12-31").retentionQuery()
    #expect(future.cohortCount == 2 && future.units.count == 2)
    let old = try parser("tz=Asia/Kolkata&from=2025-01-01&to=2025-03-01").retentionQuery()
    #expect(old.units.note == .daysInUTC && old.units.base == .day)
    #expect(text(old.units.start) == "2024-12-30T00:00Z")
    // About where local days are not kept any more, whichever days they are, there are as many.
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"] {
      for hour in 0..<72 as Range<Int64> {
        let to = Self.now - 372 * 86_400 + hour * 3600
        let query = try parser("unit=day&period=30d&tz=\(zone)&to=\(to)").retentionQuery()
        #expect(query.cohortCount == 30 && query.units.bounds[29] < to && query.end >= to, "\(zone) \(hour)")
      }
    }
    let wrong = [
      ("unit=month", "unit"), ("unit=day&period=61d", "period"), ("from=2025-01-01", "from"),
      ("unit=day&from=2010-01-01&to=2010-01-05", "unit"), ("from=2026-11-23", "from"), ("to=2009-01-01", "to"),
    ]
    for (query, field) in wrong {
      let error = #expect(throws: RequestError.self, "\(query)") { try parser(query).retentionQuery() }
      #expect(error?.field == field, "\(query): \(error?.description ?? "")")
    }
  }

  // MARK: /summary and /events

  @Test func todayIsTheLocalDayToTheSecond() throws {
    func summary(_ zone: String, _ now: String) throws -> SummaryQuery {
      try parser("tz=\(zone)", now: try LocalDaysTests.seconds(now)).summary()
    }
    // Half past eleven at night and a second before midnight there; then midnight.
    for (now, today) in [
      ("2026-11-21T18:00:00Z", "2026-11-20T18:30Z"), ("2026-11-21T18:29:59Z", "2026-11-20T18:30Z"),
      ("2026-11-21T18:30:00Z", "2026-11-21T18:30Z"),
    ] {
      #expect(text(try summary("Asia/Kolkata", now).today.lowerBound) == today, "\(now)")
    }
    let query = try summary("Asia/Kolkata", "2026-11-22T10:07:20Z")
    #expect(query.days.count == 3 && query.days.base == .quarter && query.zone == "Asia/Kolkata")
    #expect(query.yesterdayByNow == query.yesterday.lowerBound..<query.byNow)
    #expect(text(query.byNow) == "2026-11-21T10:07Z")
    #expect(text(try summary("Asia/Kolkata", "2026-11-22T10:07:30Z").byNow) == "2026-11-21T10:08Z")
    #expect(query.today.lowerBound == query.yesterday.upperBound)
    #expect(query.dayBefore.upperBound == query.yesterday.lowerBound)
    // By the clock, not by hours: 12:00 is 11 hours after a midnight from which clocks were put forward.
    let changed = try summary("Europe/Berlin", "2026-03-29T10:00Z")
    #expect(text(changed.byNow) == "2026-03-28T11:00Z")
    // 23:59:59 of a day of 25 hours, and the first second of one that begins at 01:00.
    #expect(text(try summary("America/Havana", "2026-11-02T04:59:59Z").byNow) == "2026-11-01T04:00Z")
    #expect(text(try summary("America/Santiago", "2026-09-06T04:00:00Z").byNow) == "2026-09-05T05:00Z")
    // Where 2011-12-30 never was.
    let skipped = try summary("Pacific/Apia", "2011-12-31T10:00:00Z")
    #expect(
      skipped.days.bounds.map { text($0) } == [
        "2011-12-29T10:00Z", "2011-12-30T10:00Z", "2011-12-31T10:00Z", "2012-01-01T10:00Z",
      ]
    )
    #expect(try parser("").summary().zone == "UTC")
    #expect(throws: RequestError.self) { try parser("tz=Mars").summary() }
  }

  @Test func eventsAreFew() throws {
    #expect(try parser("").recentLimit() == 50)
    #expect(try parser("limit=1").recentLimit() == 1)
    for limit in ["0", "51", "-5", "1.5", "99999999999999999999"] {
      #expect(throws: RequestError.self, "\(limit)") { try parser("limit=\(limit)").recentLimit() }
    }
  }

  // MARK: Anything

  /// Whatever is sent, the answer is a question or a refusal that names a field.
  @Test func nothingTraps() throws {
    let names = [
      "metric", "period", "from", "to", "divider", "segment", "compare", "tz", "event", "param_1", "type", "by",
      "limit",
      "offset", "search", "sort", "unit", "format",
    ]
    let values = [
      "uses", "new", "active", "online", "30m", "400d", "5200w", "36600d", "99999999m", "0", "1", "-1", "60",
      "1262304000",
      "1795341600", "253402300799", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e9", "NaN",
      "2026-11-22", "1970-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "0000-00-00", "2026-11-22T10:00:00+23:59",
      "2027-11-22", "1m", "5m", "15m", "1h", "24h", "7d", "auto", "event", "param_3", "previous", "Asia/Kolkata",
      "America/Santiago", "Pacific/Apia", "Australia/Lord_Howe", "a,b", "!a", "\\", "\\,", "update", "day", "week",
      "users", "",
      "\u{0}", "🚀", "é\u{301}", String(repeating: "9", count: 400), String(repeating: ",", count: 300),
    ]
    var random = SplitMix64(state: TestRun.seed())
    for _ in 0..<20_000 {
      let parameters = (0..<Int.random(in: 0...5, using: &random)).map { _ in
        (name: names.randomElement(using: &random) ?? "", value: values.randomElement(using: &random) ?? "")
      }
      let parser = QuestionParser(parameters: parameters, now: Self.now)
      let asked: [() throws -> Void] = [
        { _ = try parser.charts() }, { _ = try parser.top() }, { _ = try parser.retentionQuery() },
        { _ = try parser.summary() }, { _ = try parser.recentLimit() }, { _ = try parser.format() },
      ]
      for ask in asked {
        do { try ask() } catch let error as RequestError { #expect(error.field != nil && error.status == 400) }
      }
    }
  }
}
