import HowUsedModel
import TestSupport
import Testing

@Suite struct RecountGeneratorTests {
  @Test func generatorIsBroughtBackByItsSeed() throws {
    var (first, second) = (RecountGenerator(seed: 7, days: 9), RecountGenerator(seed: 7, days: 9))
    let events = first.events(3000)
    #expect(events == second.events(3000))
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.id < $1.id })
    #expect(events.contains { $0.name == nil } && events.allSatisfy { $0.name != nil || $0.params == ["", "", ""] })
    #expect(events.allSatisfy { $0.time <= $0.id.milliseconds && $0.time > Int64($0.id.milliseconds) - 604_800_000 })
    #expect(Set(events.compactMap(\.name)).count == 20)
    #expect(Set(events.map(\.bot)).count == 3)
  }

  /// Every kind of question gets an answer that agrees with itself: values add up to totals, segments to the whole.
  @Test func questionsAreAnswered() throws {
    let seed = TestRun.seed()
    var generator = RecountGenerator(seed: seed, days: 9)
    let recount = Recount(events: generator.events(2000), removals: [], updatesName: [77: "old"])
    var random = SplitMix64(state: seed &+ 1)
    var answered = 0
    for _ in 0..<100 {
      let ask = RecountAsk(generator, using: &random)
      let zone = try RecountZone(ask.zone, from: generator.now - 2 * 86_400, to: generator.now)
      let bounds = zone.bounds(ask.divider ?? .day, from: generator.now - 2 * 86_400, to: generator.now)
      var question = ask.question(bounds: bounds)
      if ask.metric == .active {
        let earlier = zone.begins(.day, count: 29, before: try #require(bounds.first))
        let active = recount.active(question, earlier: earlier)
        #expect(zip(active.daily, active.monthly).allSatisfy { $0 <= $1 }, "\(ask)")
        continue
      }
      let series = recount.series(question)
      answered += series.contains { $0.total > 0 } ? 1 : 0
      if ask.metric == .online || ask.metric == .users { continue }
      #expect(series.allSatisfy { $0.total == $0.values.reduce(0, +) }, "\(ask)")
      question.segment = nil
      #expect(recount.series(question).first?.total == series.map(\.total).reduce(0, +), "\(ask)")
    }
    #expect(answered > 20, "hardly anything was there to count")
  }

  @Test func questionsAreEscaped() {
    #expect(RecountAsk.escaped("!a,b\\c") == "\\!a\\,b\\\\c")
  }
}
