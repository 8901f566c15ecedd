import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import TestSupport
import Testing

/// Answers against a plain recount of the same events (see ``Recount``, which knows nothing of how they are found).
struct RecountPropertyTests {
  @Test("Every answer is the one of a plain recount, whatever is in files by then", arguments: 0..<14)
  func answers(run: Int) throws {
    let seed = TestRun.seed() &+ UInt64(run)
    // From the 6th on it goes on for so long that months are merged, from the 8th on figures tell most of it.
    var generator = RecountGenerator(seed: seed, days: run < 6 ? 12 : 50)
    if run >= 8 { generator.lateOneIn = run % 2 == 0 ? 0 : 200 }
    var random = SplitMix64(state: seed ^ 0x9e37)
    let events = generator.events(3000)
    let rig = try RecountRig(figures: .init(values: run < 10 ? 512 : 3, tuplesPerBucket: run < 6 ? 0.2 : 0.02))
    var recount = Recount(events: [])
    var next = 0
    while next < events.count {
      let part = events[next..<min(next + Int.random(in: 1...600, using: &random), events.count)]
      next += part.count
      rig.add(part)
      recount.events += part
      if run > 0 { try rig.seal(Int.random(in: 0...500, using: &random)) }
      let now = Int64(part[part.endIndex - 1].id.milliseconds / 1000)
      // Joined segments stand for as many as they are made of, whether these were counted or not.
      if run % 2 == 1, Int.random(in: 0..<3, using: &random) == 0 {
        let crash = Bool.random(using: &random) ? CompactStep.allCases.randomElement(using: &random) : nil
        try rig.compact(now: now, crash: crash)
      }
      if Bool.random(using: &random) { rig.restart() }
      if Bool.random(using: &random) { try rig.keep(now: now) }
      if Int.random(in: 0..<8, using: &random) == 0, let bot = generator.bots.randomElement(using: &random) {
        let id = part[part.endIndex - 1].id
        rig.remove(bot, through: id)
        recount.removals.append((bot, id))
      }
    }
    try rig.keep(now: generator.now)
    for bot in generator.bots {
      var found: [Int64: Int64] = [:]
      let everything = RowSelection(EventFilter(), nil, updatesName: nil, includesUpdates: true)
      try rig.reader(of: bot, now: generator.now).registrations()
        .forEach(in: .min ..< .max, everything, { _ in 0 }) { id, seconds, _ in found[id] = seconds }
      let wanted = recount.registrations(of: bot)
      for (id, seconds) in wanted where found[id] != seconds {
        Issue.record(
          "user \(id) of \(bot) registered at \(found[id] ?? 0) instead of \(seconds), seed \(seed) run \(run)"
        )
      }
      #expect(found.count == wanted.count)
    }
    if run >= 8, run % 3 == 0 {
      rig.updatesName = "common"
      for bot in generator.bots { recount.updatesName[bot] = "common" }
    }
    for number in 0..<80 {
      var ask = RecountAsk(generator, using: &random)
      if run >= 8 { ask.simplify(generator, using: &random) }
      let note = "HOWUSED_SEED=\(seed &- UInt64(run)) run \(run): \(ask)"
      switch number % 8 {
      case 6: try compareTop(ask, rig, recount, generator.now, &random, note)
      case 7: try compareRetention(ask, rig, recount, generator.now, &random, note)
      default: try compare(ask, rig, recount, generator.now, note)
      }
    }
  }

  @Test("The same questions again and again, while events come, are sealed, merged and removed", arguments: 0..<8)
  func answersAgain(run: Int) throws {
    let seed = TestRun.seed() &+ UInt64(run)
    var generator = RecountGenerator(seed: seed, days: run < 6 ? 3 : 40)
    var random = SplitMix64(state: seed ^ 0xa9a1)
    let events = generator.events(2000)
    // Up to whatever is now.
    let asks = (0..<20).map { _ in RecountAsk(generator, using: &random) }.filter { $0.period != nil }
    let rig = try RecountRig()
    var recount = Recount(events: [])
    var next = 0
    while next < events.count {
      let part = events[next..<min(next + Int.random(in: 1...(run % 2 == 0 ? 40 : 200), using: &random), events.count)]
      next += part.count
      rig.add(part)
      recount.events += part
      let (id, now) = (part[part.endIndex - 1].id, Int64(part[part.endIndex - 1].id.milliseconds / 1000))
      switch Int.random(in: 0..<40, using: &random) {
      case 0..<3:
        try rig.seal(Int.random(in: 0...400, using: &random))
        try rig.keep(now: now)
      case 3: try rig.seal(.max)
      case 4: try rig.keep(now: now)
      case 5:
        guard let bot = generator.bots.randomElement(using: &random) else { break }
        rig.remove(bot, through: id)
        recount.removals.append((bot, id))
      default: break
      }
      // All day long the points are the same.
      let end = (now / 86_400 + 1) * 86_400 - 1
      for (number, ask) in asks.enumerated() where Int.random(in: 0..<3, using: &random) == 0 {
        let note = "HOWUSED_SEED=\(seed &- UInt64(run)) run \(run) event \(next): \(ask)"
        var same = SplitMix64(state: seed &+ UInt64(number))
        if number % 4 == 3 {
          try compareTop(ask, rig, recount, end, &same, note)
        } else {
          try compare(ask, rig, recount, end, note)
        }
      }
    }
  }

  private func compareTop(
    _ ask: RecountAsk,
    _ rig: RecountRig,
    _ recount: Recount,
    _ now: Int64,
    _ random: inout SplitMix64,
    _ note: String
  ) throws {
    guard !ask.updates, let by = RecountDimension.allCases.randomElement(using: &random) else { return }
    let sort: RecountMetric = Bool.random(using: &random) ? .uses : .users
    let search = ["", "", "src1", "E"].randomElement(using: &random) ?? ""
    let offset = Int.random(in: 0...3, using: &random)
    let limit = Int.random(in: 1...30, using: &random)
    var parameters = [
      ("by", by.rawValue), ("tz", ask.zone), ("period", ["24h", "3d", "1w"].randomElement(using: &random) ?? "3d"),
    ]
    parameters += [("sort", sort.rawValue), ("search", search), ("offset", "\(offset)"), ("limit", "\(limit)")]
    let query = try QuestionParser(
      parameters: (parameters + ask.filterParameters).map { (name: $0.0, value: $0.1) },
      now: now
    ).top()
    let answer = try TopReader(reader: try rig.reader(of: ask.bot, now: now)).answer(query)
    var question = ask.question(bounds: query.timeline.bounds)
    question.segment = by
    let rows = recount.top(question, sort: sort, search: search)
    let found = answer.rows.map { row in
      RecountRow(
        name: JSONText.decoded(row.name),
        uses: row.uses,
        users: row.users,
        new: row.new,
        previousUses: row.usesBefore,
        previousUsers: row.usersBefore
      )
    }
    // What is compared with is as long as the time itself only where no clock was changed.
    let isEven = query.previous.end - query.previous.start == query.timeline.end - query.timeline.start
    let wanted = rows.dropFirst(offset).prefix(limit).map { $0 }
    #expect(answer.total == rows.count, "top \(parameters) \(note)")
    for (found, wanted) in zip(found, wanted) where found != wanted {
      var other = found
      if !isEven { (other.previousUses, other.previousUsers) = (wanted.previousUses, wanted.previousUsers) }
      if other != wanted { Issue.record("\(found) instead of \(wanted): top \(parameters) \(note)") }
    }
    #expect(found.count == wanted.count, "top \(parameters) \(note)")
  }

  private func compareRetention(
    _ ask: RecountAsk,
    _ rig: RecountRig,
    _ recount: Recount,
    _ now: Int64,
    _ random: inout SplitMix64,
    _ note: String
  ) throws {
    guard !ask.updates else { return }
    let isWeekly = Bool.random(using: &random)
    let parameters = [("unit", isWeekly ? "week" : "day"), ("tz", ask.zone), ("period", isWeekly ? "4w" : "9d")]
    let query = try QuestionParser(
      parameters: (parameters + ask.filterParameters).map { (name: $0.0, value: $0.1) },
      now: now
    ).retentionQuery()
    let answer = try RetentionReader(reader: try rig.reader(of: ask.bot, now: now)).answer(query)
    let bounds = Array(query.units.bounds[...query.cohortCount])
    let later = Array(query.units.bounds[(query.cohortCount + 1)...])
    let wanted = recount.retention(ask.question(bounds: bounds), later: later)
    #expect(answer.cohorts.map(\.size) == wanted.map(\.size), "retention \(parameters) \(note)")
    #expect(answer.cohorts.map(\.returned) == wanted.map(\.returned), "retention \(parameters) \(note)")
  }

  private func compare(_ ask: RecountAsk, _ rig: RecountRig, _ recount: Recount, _ now: Int64, _ note: String) throws {
    let parameters = ask.parameters.map { (name: $0.0, value: $0.1) }
    let query = try QuestionParser(parameters: parameters, now: now).charts()[0]
    let reader = try rig.reader(of: ask.bot, now: now)
    let answer = try ChartReader(reader: reader).answer(query)
    let found = answer.series.map { series in
      RecountSeries(name: JSONText.decoded(series.name), total: series.total, values: series.values)
    }
    let question = ask.question(bounds: query.timeline.bounds)
    switch ask.metric {
    case .active:
      let wanted = recount.active(question, earlier: Array((query.lead?.bounds ?? []).dropLast()))
      #expect(found.map(\.values) == [wanted.daily, wanted.weekly, wanted.monthly], "\(note)")
    case .online:
      let wanted = recount.online(question)
      // What comes late into a day that is in a file already counts beside it.
      let isLess = zip(found[0].values, wanted.values).allSatisfy { $0 <= $1 }
      if !isLess || (rig.maintenance.set.days.isEmpty && found != [wanted]) {
        Issue.record("\(Self.difference(found, [wanted])): \(note)")
      }
    case .uses, .users, .new:
      let wanted = recount.series(question)
      if found != wanted { Issue.record("\(Self.difference(found, wanted)): \(note)") }
    }
  }

  /// Where two answers differ first, in a few words.
  private static func difference(_ found: [RecountSeries], _ wanted: [RecountSeries]) -> String {
    for (found, wanted) in zip(found, wanted) where found != wanted {
      guard found.name == wanted.name else { return "\(found.name) instead of \(wanted.name)" }
      let point = zip(found.values, wanted.values).enumerated().first { $1.0 != $1.1 }
      return "\(found.name): total \(found.total) instead of \(wanted.total)"
        + (point.map { ", \($1.0) instead of \($1.1) at \($0)" } ?? "")
    }
    return "\(found.count) instead of \(wanted.count) series"
  }
}
