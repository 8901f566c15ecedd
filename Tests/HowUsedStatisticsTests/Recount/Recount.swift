import HowUsedModel

/// The statistics counted anew from all events for every question, as the HTTP contract words it. It shares nothing with
/// the engine that it checks, and is as slow and plain as it can be.
struct Recount: Sendable {
  /// All that was ever acknowledged, in any order.
  var events: [RecountEvent] = []
  /// Everything of the bot up to and with this id is void.
  var removals: [(bot: Int64, through: StreamID)] = []
  /// By bot: the name that its deprecated updates were migrated to.
  var updatesName: [Int64: String] = [:]

  // MARK: What counts

  /// The bot's events that weren't removed.
  func events(of bot: Int64) -> [RecountEvent] {
    events.filter { event in
      event.bot == bot && !removals.contains { $0.bot == bot && event.id <= $0.through }
    }
  }

  /// What an event is in a dimension: "" for an absent param, and for the name of an update that wasn't migrated.
  func value(of event: RecountEvent, in dimension: RecountDimension) -> String {
    switch dimension {
    case .event: event.name ?? updatesName[event.bot] ?? ""
    case .param_1: event.params[0]
    case .param_2: event.params[1]
    case .param_3: event.params[2]
    }
  }

  /// Whether the filter lets it through, be it an event or an update.
  func passes(_ event: RecountEvent, _ question: RecountQuestion) -> Bool {
    for (dimension, values) in question.include {
      if !values.contains(value(of: event, in: dimension)) { return false }
    }
    for (dimension, values) in question.exclude {
      if values.contains(value(of: event, in: dimension)) { return false }
    }
    return true
  }

  /// Updates are kept apart from events until they are migrated.
  func isAskedFor(_ event: RecountEvent, _ question: RecountQuestion) -> Bool {
    if question.updates { return event.name == nil }
    return event.name != nil || updatesName[event.bot] != nil
  }

  // MARK: Users

  /// Of each user of the bot the registration time, in unix seconds: what came with the greatest id that brought one,
  /// else the earliest event's minute.
  func registrations(of bot: Int64) -> [Int64: Int64] {
    var registrations: [Int64: Int64] = [:]
    for (user, events) in Dictionary(grouping: events(of: bot), by: \.user) {
      let sent = events.filter { $0.sentRegistration != nil }.max { $0.id < $1.id }?.sentRegistration
      registrations[user] = sent ?? events.map { $0.minute * 60 }.min()
    }
    return registrations
  }

  /// Of each user of the bot the first event: of the earliest minute, and in it of the smallest id.
  func firstEvents(of bot: Int64) -> [Int64: RecountEvent] {
    var firstEvents: [Int64: RecountEvent] = [:]
    for event in events(of: bot) {
      if let known = firstEvents[event.user], (known.minute, known.id) < (event.minute, event.id) { continue }
      firstEvents[event.user] = event
    }
    return firstEvents
  }

  // MARK: Marks

  /// A thing to count: somebody did something, or registered.
  struct Mark {
    var name: String
    var user: Int64
    /// Unix milliseconds.
    var time: Int64
  }

  /// Each event that the question asks for, named by its segment.
  func visits(_ question: RecountQuestion) -> [Mark] {
    events(of: question.bot)
      .filter { isAskedFor($0, question) && passes($0, question) }
      .map { Mark(name: name(of: $0, question), user: $0.user, time: $0.time) }
  }

  /// Each user whose first event passes, when they registered, named by the first event's segment.
  func arrivals(_ question: RecountQuestion) -> [Mark] {
    let registrations = registrations(of: question.bot)
    return firstEvents(of: question.bot).values.filter { passes($0, question) }.compactMap { first in
      guard let time = registrations[first.user] else { return nil }
      return Mark(name: name(of: first, question), user: first.user, time: time * 1000)
    }
  }

  private func name(of event: RecountEvent, _ question: RecountQuestion) -> String {
    guard let segment = question.segment else { return "all" }
    return value(of: event, in: segment)
  }

  func within(_ marks: [Mark], from: Int64, to: Int64) -> [Mark] {
    marks.filter { $0.time >= from * 1000 && $0.time < to * 1000 }
  }

  func users(_ marks: [Mark]) -> Set<Int64> { Set(marks.map(\.user)) }

  /// The marks of each bucket, those outside of all left out.
  func buckets(_ marks: [Mark], _ bounds: [Int64]) -> [[Mark]] {
    guard bounds.count > 1 else { return [] }
    var buckets = [[Mark]](repeating: [], count: bounds.count - 1)
    for mark in within(marks, from: bounds[0], to: bounds[bounds.count - 1]) {
      var bucket = 0
      while bounds[bucket + 1] * 1000 <= mark.time { bucket += 1 }
      buckets[bucket].append(mark)
    }
    return buckets
  }

  // MARK: Answers

  /// Of uses, users, new and online. Segmented: the largest by total, ties by name, then the rest united.
  func series(_ question: RecountQuestion, limit: Int = 20) -> [RecountSeries] {
    let marks: [Mark]
    switch question.metric {
    case .uses, .users: marks = visits(question)
    case .new: marks = arrivals(question)
    case .online: return [online(question)]
    case .active: return []
    }
    func line(_ name: String, _ marks: [Mark]) -> RecountSeries {
      let buckets = buckets(marks, question.bounds)
      let count = { (marks: [Mark]) in Int64(question.metric == .users ? users(marks).count : marks.count) }
      return RecountSeries(name: name, total: count(buckets.flatMap { $0 }), values: buckets.map(count))
    }
    if question.segment == nil { return [line("all", marks)] }
    let all = Dictionary(grouping: marks, by: \.name).map { line($0.key, $0.value) }.filter { $0.total > 0 }
    let sorted = all.sorted { $0.total != $1.total ? $0.total > $1.total : Self.precedes($0.name, $1.name) }
    let shown = Array(sorted.prefix(limit))
    if sorted.count <= limit { return shown }
    let names = Set(shown.map(\.name))
    return shown + [line("__other__", marks.filter { !names.contains($0.name) })]
  }

  /// By UTF-8 bytes, as a machine sorts text.
  static func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

  /// Of each bucket the highest number of users seen within a minute and the one before; the first minute of a day of
  /// UTC counts alone. Everything that a user does counts, updates too. Bounds are whole minutes.
  func online(_ question: RecountQuestion) -> RecountSeries {
    let seen = Dictionary(grouping: events(of: question.bot), by: \.minute).mapValues { Set($0.map(\.user)) }
    var values: [Int64] = []
    for (from, to) in zip(question.bounds, question.bounds.dropFirst()) {
      var highest = 0
      for minute in from / 60..<to / 60 {
        var users = seen[minute] ?? []
        if minute % 1440 != 0 { users.formUnion(seen[minute - 1] ?? []) }
        highest = max(highest, users.count)
      }
      values.append(Int64(highest))
    }
    return RecountSeries(name: "all", total: values.max() ?? 0, values: values)
  }

  /// Different users within the 1, 7 and 30 local days that end with each day of the bounds.
  /// - Parameter earlier: the beginnings of the 29 local days before `bounds[0]`, oldest first.
  func active(_ question: RecountQuestion, earlier: [Int64]) -> RecountActive {
    precondition(earlier.count == 29, "30 days end with the first shown one")
    let days = earlier + question.bounds
    let visits = visits(question)
    var active = RecountActive()
    for day in earlier.count..<days.count - 1 {
      func count(_ length: Int) -> Int64 {
        Int64(users(within(visits, from: days[day + 1 - length], to: days[day + 1])).count)
      }
      let (daily, monthly) = (count(1), count(30))
      active.daily.append(daily)
      active.weekly.append(count(7))
      active.monthly.append(monthly)
      active.stickiness.append(monthly == 0 ? nil : (2 * 10_000 * daily + monthly) / (2 * monthly))
    }
    return active
  }

  /// The values of `segment` that have uses within the bounds, the largest first, ties by name. Before: the period of
  /// equal length that ends where this one begins.
  func top(_ question: RecountQuestion, sort: RecountMetric = .uses, search: String = "") -> [RecountRow] {
    guard let from = question.bounds.first, let to = question.bounds.last else { return [] }
    let visits = visits(question)
    let now = Dictionary(grouping: within(visits, from: from, to: to), by: \.name)
    let before = Dictionary(grouping: within(visits, from: from - (to - from), to: from), by: \.name)
    let new = Dictionary(grouping: within(arrivals(question), from: from, to: to), by: \.name)
    var rows = now.map { name, marks in
      RecountRow(
        name: name,
        uses: Int64(marks.count),
        users: Int64(users(marks).count),
        new: Int64(new[name]?.count ?? 0),
        previousUses: Int64(before[name]?.count ?? 0),
        previousUsers: Int64(users(before[name] ?? []).count)
      )
    }
    if !search.isEmpty { rows = rows.filter { $0.name.lowercased().contains(search.lowercased()) } }
    let size = { (row: RecountRow) in sort == .users ? row.users : row.uses }
    return rows.sorted { size($0) != size($1) ? size($0) > size($1) : Self.precedes($0.name, $1.name) }
  }

  /// A cohort for each unit of the bounds. The filter says what counts as coming back, not who is in a cohort.
  /// - Parameter later: the ends of the units after the last bound that are looked at as well, rising.
  func retention(_ question: RecountQuestion, later: [Int64] = []) -> [RecountCohort] {
    let visits = visits(question)
    let registrations = registrations(of: question.bot)
    let units = question.bounds + later
    return (0..<question.bounds.count - 1).map { unit in
      let (from, to) = (units[unit], units[unit + 1])
      let cohort = Set(registrations.filter { $0.value >= from && $0.value < to }.keys)
      let returned = (unit..<units.count - 1).map { back in
        Int64(users(within(visits, from: units[back], to: units[back + 1])).intersection(cohort).count)
      }
      return RecountCohort(from: from, to: to, size: Int64(cohort.count), returned: returned)
    }
  }
}
