import HowUsedModel
import Testing

@testable import HowUsedStatistics

@Suite struct LocalDaysTests {
  /// Unix seconds of a time in UTC.
  static func seconds(_ text: String) throws -> Int64 { try #require(UTCTime.parse(text), "\(text)") / 1000 }

  static func text(_ seconds: Int64) -> String {
    UTCTime.format(milliseconds: seconds * 1000).replacing(":00.000Z", with: "Z")
  }

  /// Local dates and when they begin, as Python's zoneinfo (tzdata 2025b) has it: the first minute at which clocks show
  /// that date or a later one.
  static let days: [(zone: String, days: [(date: String, start: String)])] = [
    // No whole hours from UTC.
    ("Asia/Kolkata", [("2026-03-01", "2026-02-28T18:30Z"), ("2026-11-22", "2026-11-21T18:30Z")]),
    ("Asia/Kathmandu", [("2026-11-22", "2026-11-21T18:15Z")]),
    (
      "Pacific/Chatham",
      [
        ("2026-04-05", "2026-04-04T10:15Z"), ("2026-04-06", "2026-04-05T11:15Z"), ("2026-09-27", "2026-09-26T11:15Z"),
        ("2026-09-28", "2026-09-27T10:15Z"),
      ]
    ),
    // Clocks are set by half an hour.
    (
      "Australia/Lord_Howe",
      [
        ("2026-04-05", "2026-04-04T13:00Z"), ("2026-04-06", "2026-04-05T13:30Z"), ("2026-10-04", "2026-10-03T13:30Z"),
        ("2026-10-05", "2026-10-04T13:00Z"),
      ]
    ),
    // No midnight on the day that clocks are put forward.
    (
      "America/Santiago",
      [
        ("2026-04-04", "2026-04-04T03:00Z"), ("2026-04-05", "2026-04-05T04:00Z"), ("2026-09-05", "2026-09-05T04:00Z"),
        ("2026-09-06", "2026-09-06T04:00Z"), ("2026-09-07", "2026-09-07T03:00Z"),
      ]
    ),
    ("Asia/Beirut", [("2026-03-29", "2026-03-28T22:00Z"), ("2026-03-30", "2026-03-29T21:00Z")]),
    ("Africa/Cairo", [("2026-04-24", "2026-04-23T22:00Z"), ("2026-10-30", "2026-10-29T22:00Z")]),
    // No midnight, and two.
    (
      "America/Havana",
      [
        ("2026-03-07", "2026-03-07T05:00Z"), ("2026-03-08", "2026-03-08T05:00Z"), ("2026-03-09", "2026-03-09T04:00Z"),
        ("2026-11-01", "2026-11-01T04:00Z"), ("2026-11-02", "2026-11-02T05:00Z"),
      ]
    ),
    (
      "Atlantic/Azores",
      [
        ("2026-03-29", "2026-03-29T01:00Z"), ("2026-03-30", "2026-03-30T00:00Z"), ("2026-10-25", "2026-10-25T00:00Z"),
        ("2026-10-26", "2026-10-26T01:00Z"),
      ]
    ),
    // Clocks put back from 00:01 to 23:01 show yesterday's date again.
    (
      "America/St_Johns",
      [("2010-11-06", "2010-11-06T02:30Z"), ("2010-11-07", "2010-11-07T02:30Z"), ("2010-11-08", "2010-11-08T03:30Z")]
    ),
    (
      "America/New_York",
      [
        ("2026-03-08", "2026-03-08T05:00Z"), ("2026-03-09", "2026-03-09T04:00Z"), ("2026-11-01", "2026-11-01T04:00Z"),
        ("2026-11-02", "2026-11-02T05:00Z"),
      ]
    ),
    (
      "Europe/Berlin",
      [
        ("2026-03-29", "2026-03-28T23:00Z"), ("2026-03-30", "2026-03-29T22:00Z"), ("2026-10-25", "2026-10-24T22:00Z"),
        ("2026-10-26", "2026-10-25T23:00Z"),
      ]
    ),
    // Summer time all year but for a month.
    ("Africa/Casablanca", [("2026-02-15", "2026-02-14T23:00Z"), ("2026-02-16", "2026-02-16T00:00Z")]),
    // By two hours.
    ("Antarctica/Troll", [("2026-03-30", "2026-03-29T22:00Z"), ("2026-10-26", "2026-10-26T00:00Z")]),
    // The farthest from UTC.
    ("Pacific/Kiritimati", [("2026-11-22", "2026-11-21T10:00Z")]),
    ("Pacific/Pago_Pago", [("2026-11-22", "2026-11-22T11:00Z")]),
  ]

  @Test(arguments: days.indices) func daysBeginWithTheirFirstInstant(_ index: Int) throws {
    let (name, dates) = Self.days[index]
    let zone = try #require(LocalDays(identifier: name))
    for (date, start) in dates {
      let day = try Self.seconds(date) / 86_400
      let begin = try Self.seconds(start)
      #expect(Self.text(zone.start(ofDay: day)) == start, "\(name) \(date)")
      for later in [0, 1, 1800, 3600, 7200, 22 * 3600] as [Int64] {
        #expect(zone.day(at: begin + later) == day, "\(name) \(date) + \(later)")
      }
      #expect(zone.day(at: begin - 1) == day - 1, "\(name) \(date)")
    }
  }

  @Test func aDayThatWasLeftOutBeginsWithTheNext() throws {
    let zone = try #require(LocalDays(identifier: "Pacific/Apia"))
    let day = try Self.seconds("2011-12-30") / 86_400
    #expect(Self.text(zone.start(ofDay: day)) == "2011-12-30T10:00Z")
    #expect(Self.text(zone.start(ofDay: day + 1)) == "2011-12-30T10:00Z")
    #expect(zone.day(at: zone.start(ofDay: day)) == day + 1)
  }

  @Test func aDayBeforeIsAtTheSameTimeOfDay() throws {
    let cases = [
      ("Asia/Kolkata", "2026-11-22T18:40Z", "2026-11-21T18:40Z"), ("UTC", "2026-11-22T00:00Z", "2026-11-21T00:00Z"),
      // Put forward and back in the night between.
      ("Europe/Berlin", "2026-03-29T10:00Z", "2026-03-28T11:00Z"),
      ("Europe/Berlin", "2026-10-25T11:00Z", "2026-10-24T10:00Z"),
      // 02:30 wasn't there the day before, and was there twice.
      ("Europe/Berlin", "2026-03-30T00:30Z", "2026-03-29T01:00Z"),
      ("Europe/Berlin", "2026-10-26T01:30Z", "2026-10-25T00:30Z"),
      ("Australia/Lord_Howe", "2026-04-05T13:40Z", "2026-04-04T13:10Z"),
    ]
    for (name, now, before) in cases {
      let zone = try #require(LocalDays(identifier: name))
      #expect(Self.text(zone.shift(try Self.seconds(now), byDays: -1)) == before, "\(name) \(now)")
    }
  }

  @Test func hoursBeginWhereClocksShowThemOrAreSet() throws {
    let cases = [
      ("Asia/Kolkata", "2026-11-22T10:29Z", ["2026-11-22T09:30Z", "2026-11-22T10:30Z", "2026-11-22T11:30Z"]),
      ("Asia/Kathmandu", "2026-11-22T10:29Z", ["2026-11-22T10:15Z", "2026-11-22T11:15Z"]),
      ("Europe/Berlin", "2026-10-25T00:59Z", ["2026-10-25T00:00Z", "2026-10-25T01:00Z", "2026-10-25T02:00Z"]),
      // 01:00, 02:00, which at once is 01:30, 02:00.
      (
        "Australia/Lord_Howe", "2026-04-04T14:30Z",
        ["2026-04-04T14:00Z", "2026-04-04T15:00Z", "2026-04-04T15:30Z", "2026-04-04T16:30Z"]
      ),
      // 01:00, 02:30, 03:00.
      (
        "Australia/Lord_Howe", "2026-10-03T15:29Z",
        ["2026-10-03T14:30Z", "2026-10-03T15:30Z", "2026-10-03T16:00Z", "2026-10-03T17:00Z"]
      ),
      // 03:00, at 03:45 it is 02:45, 03:00.
      ("Pacific/Chatham", "2026-04-04T13:59Z", ["2026-04-04T13:15Z", "2026-04-04T14:15Z", "2026-04-04T15:15Z"]),
      ("America/St_Johns", "2010-11-07T02:45Z", ["2010-11-07T02:30Z", "2010-11-07T03:30Z", "2010-11-07T04:30Z"]),
    ]
    for (name, now, hours) in cases {
      let zone = try #require(LocalDays(identifier: name))
      var hour = zone.hour(at: try Self.seconds(now))
      for expected in hours {
        #expect(Self.text(hour) == expected, "\(name) \(now)")
        #expect(zone.hour(at: hour) == hour && zone.hour(at: hour + 899) == hour)
        hour = zone.hour(after: hour)
      }
    }
  }

  @Test func onlyNamesOfTheDatabaseAreZones() {
    for name in ["UTC", "Etc/UTC", "Europe/Kyiv", "Asia/Calcutta", "US/Eastern", "Etc/GMT+3"] {
      #expect(LocalDays(identifier: name) != nil, "\(name)")
    }
    let long = String(repeating: "Europe/", count: 10_000)
    for name in ["", "Europe/Nowhere", "../../etc/passwd", "GMT+05:07", "GMT+0507", "+03:00", "Europe/Moscow\0", long] {
      #expect(LocalDays(identifier: name) == nil, "\(name.prefix(40))")
    }
  }
}
