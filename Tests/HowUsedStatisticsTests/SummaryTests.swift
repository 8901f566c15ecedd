import Foundation
import HowUsedModel
import HowUsedStore
import NIOCore
import Testing

@testable import HowUsedStatistics

@Suite struct SummaryTests {
  /// A zone, and seconds after the coming midnight in UTC or, if there is any, after that change of the zone's clocks.
  static let moments: [(zone: String, change: Int?, seconds: Int64)] = [
    ("UTC", nil, 432), ("UTC", nil, 86_320), ("Europe/Moscow", nil, 19_800), ("Asia/Kolkata", nil, 72_060),
    ("America/New_York", 1, 36_029), ("America/New_York", 1, 100_831), ("America/New_York", 2, 36_029),
    ("America/New_York", 2, 100_831),
  ]

  /// Not in the past, since Redis forgets what is old by its own clock.
  private static func time(_ moment: (zone: String, change: Int?, seconds: Int64)) throws -> Int64 {
    guard let change = moment.change else { return (WallClock.seconds / 86_400 + 1) * 86_400 + moment.seconds }
    let zone = try #require(TimeZone(identifier: moment.zone))
    var date = Date()
    for _ in 0..<change { date = try #require(zone.nextDaylightSavingTimeTransition(after: date)) }
    return Int64(date.timeIntervalSince1970) + moment.seconds
  }

  /// Today is compared with yesterday by the same time, yesterday with all of the day before.
  @Test(arguments: moments) func equalsRecount(_ moment: (zone: String, change: Int?, seconds: Int64)) async throws {
    let zone = moment.zone
    let now = try Self.time(moment)
    let seed = UInt64.random(in: .min ... .max)
    let span = (now - 4 * 86_400) * 1000...now * 1000 - 1
    var generator = EventGenerator(random: SplitMix(seed: seed), span: span)
    let events = generator.events(4000)
    var random = SplitMix(seed: seed &+ 1)
    let sightings = Sightings(&random, bots: [1], span: span, looks: 200)
    let recount = Recount(events: events, sightings: sightings)
    try await StatisticsBench.with { bench in
      try await bench.add(events)
      try await bench.count()
      try await sightings.observe(bench, bots: [1])
      let reader = SummaryReader(client: bench.client, schema: bench.schema)
      let days = try #require(LocalDays(identifier: zone))
      let bot = try #require(BotID(rawValue: 1))
      let summary = try await reader.summary(bot, days: days, isUTC: zone == "UTC", now: now * 1000)

      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = try #require(TimeZone(identifier: zone))
      let date = Date(timeIntervalSince1970: Double(now))
      func start(_ daysBefore: Int) throws -> Int64 {
        let day = try #require(calendar.date(byAdding: .day, value: -daysBefore, to: date))
        return Int64(calendar.startOfDay(for: day).timeIntervalSince1970) / 3600 * 3600
      }
      let yesterdayNow = try #require(calendar.date(byAdding: .day, value: -1, to: date))
      let byNow = Int64((yesterdayNow.timeIntervalSince1970 / 60).rounded()) * 60
      let context = "seed \(seed)"
      func expect(_ figures: Summary.Figures, _ from: Int64, _ to: Int64) {
        func total(_ metric: ChartMetric) -> Int64 {
          recount.count(metric, bot: 1, bounds: [from, to], filter: .init(), segment: nil)["all"]?.total ?? 0
        }
        #expect(figures.uses == total(.uses), "\(context)")
        #expect(figures.users == total(.users), "\(context)")
        #expect(figures.new == total(.new), "\(context)")
        #expect(figures.peakOnline == total(.online), "\(context)")
      }
      expect(summary.today.figures, try start(0), now)
      expect(summary.today.before, try start(1), byNow)
      #expect(summary.today.before.time == (try start(1))..<byNow)
      expect(summary.yesterday.figures, try start(1), try start(0))
      expect(summary.yesterday.before, try start(2), try start(1))
      #expect(summary.note == (zone == "Asia/Kolkata" ? .daysByWholeHours : nil))
      #expect(summary.topEvents.map(\.uses).reduce(0, +) <= summary.today.figures.uses)
    }
  }
}
