import HowUsedModel
import HowUsedStore
import Testing

@testable import HowUsedStatistics

/// Every kind of question, against a recount of the same events.
@Suite struct QueryPropertyTests {
  static let now = Int64(WallClock.seconds)

  static let zones = [
    "UTC", "Europe/Moscow", "America/New_York", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Auckland",
  ]

  @Test(arguments: [("minutes", 47 * 3600), ("weeks", 30 * 86_400), ("months", 400 * 86_400)])
  func queriesEqualRecount(name: String, span: Int) async throws {
    let seed = UInt64.random(in: .min ... .max)
    let start = (Self.now - Int64(span)) * 1000
    var generator = EventGenerator(random: SplitMix(seed: seed), bots: [1, 2, 77], span: start...Self.now * 1000 - 1)
    let events = generator.events(3000)
    var random = SplitMix(seed: seed &+ 1)
    let sightings = Sightings(&random, bots: generator.bots, span: generator.span, looks: 150)
    try await StatisticsBench.with { bench in
      try await bench.add(events)
      try await bench.count()
      try await sightings.observe(bench, bots: generator.bots)
      let recount = Recount(events: events, sightings: sightings)
      var compared = 0
      for _ in 0..<140 { compared += try await check(bench, recount, span: Int64(span), &random, seed) }
      #expect(compared > 20, "hardly anything was there to compare: seed \(seed)")
    }
  }

  /// Asks something at random; returns how many series there were to compare.
  private func check(
    _ bench: StatisticsBench,
    _ recount: Recount,
    span: Int64,
    _ random: inout SplitMix,
    _ seed: UInt64
  ) async throws -> Int {
    let bot: Int64 = [1, 2, 77].randomElement(using: &random) ?? 1
    var filter = Recount.Filter()
    let metric = [ChartMetric.uses, .uses, .users, .users, .new, .online].randomElement(using: &random) ?? .uses
    var parameters: [(String, String)] = [("metric", metric.rawValue)]
    var segment: ChartSegment?
    if metric == .uses || metric == .users {
      if Bool.random(using: &random) {
        filter.events = Array(EventGenerator.events.shuffled(using: &random).prefix(2))
        parameters.append(("event", filter.events.joined(separator: ",")))
      }
      let number = Int.random(in: 1...3, using: &random)
      if Bool.random(using: &random) {
        let values = EventGenerator.languages.dropFirst().shuffled(using: &random).prefix(2)
        filter.params[number] = Array(values)
        for value in values { parameters.append(("param_\(number)", value)) }
      }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: segment = .event
      case 1: segment = .param(metric == .users ? number : Int.random(in: 1...3, using: &random))
      default: break
      }
      if let segment { parameters.append(("segment", segment == .event ? "event" : "param_\(segment.place)")) }
      if Int.random(in: 0..<8, using: &random) == 0 {
        filter.updates = true
        filter.events = []
        filter.params = [:]
        parameters.removeAll { $0.0 == "event" || $0.0.hasPrefix("param_") }
        if metric == .users, case .param = segment { return 0 }
        parameters.append(("type", "update"))
      }
    }
    parameters.append(("tz", Self.zones.randomElement(using: &random) ?? "UTC"))
    let dividers = span < 172_800 ? ["auto", "1m", "5m", "15m", "1h", "24h", "7d"] : ["auto", "1h", "24h", "7d"]
    parameters.append(("divider", dividers.randomElement(using: &random) ?? "auto"))
    let periods = span < 172_800 ? ["30m", "5h", "24h", "46h"] : ["3d", "17d", "28d", "380d"]
    parameters.append(("period", periods.randomElement(using: &random) ?? "24h"))
    let query: ChartQuery
    let answer: ChartAnswer
    do {
      (query, answer) = try await bench.answer(parameters, bot: bot, now: Self.now)
    } catch let error as RequestError {
      // Hours of more than 90 days ago are gone; nothing else is refused here.
      #expect(error.field == "period" || error.field == "divider", "\(parameters) \(error)")
      return 0
    }
    let expected = recount.count(metric, bot: bot, bounds: query.timeline.bounds, filter: filter, segment: segment)
    let found = Dictionary(
      uniqueKeysWithValues: answer.series.filter { $0.total > 0 }.map { (JSONText.decoded($0.name), $0) }
    )
    let context = "seed \(seed) \(parameters) bot \(bot)"
    #expect(Set(found.keys) == Set(expected.keys), "\(context)")
    for (name, series) in expected {
      #expect(found[name]?.values == series.values, "\(context) \(name)")
      #expect(found[name]?.total == series.total, "\(context) \(name)")
    }
    #expect(!answer.isApproximate)
    return expected.count
  }
}
