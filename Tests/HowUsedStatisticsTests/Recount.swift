import Foundation

@testable import HowUsedStatistics

/// The plainest possible statistics: goes through all events for every question. What the real ones are held against.
struct Recount {
  let events: [TestEvent]
  var sightings: Sightings?
  var updatesName: String?

  /// Of a user: when registered, by the rules of the product, going through the events in order.
  func registrations(bot: Int64) -> [Int64: Int64] {
    var times: [Int64: Int64] = [:]
    for event in events where event.bot == bot {
      if let sent = event.registered {
        times[event.user] = sent
      } else if times[event.user] == nil {
        times[event.user] = event.time / 1000
      }
    }
    return times
  }

  struct Filter {
    var events: [String] = []
    var params: [Int: [String]] = [:]
    var updates = false
  }

  private func name(of event: TestEvent, _ filter: Filter) -> String? {
    if let name = event.event { return filter.updates ? nil : name }
    return filter.updates ? "update" : updatesName
  }

  func matches(_ event: TestEvent, bot: Int64, _ filter: Filter) -> Bool {
    guard event.bot == bot, let name = name(of: event, filter) else { return false }
    if !filter.events.isEmpty, !filter.events.contains(name) { return false }
    for (number, values) in filter.params where !values.contains(event.param(number)) { return false }
    return true
  }

  /// Series by name, each a value a bucket.
  func count(
    _ metric: ChartMetric,
    bot: Int64,
    bounds: [Int64],
    filter: Filter,
    segment: ChartSegment?
  ) -> [String: (total: Int64, values: [Int64])] {
    func bucket(_ seconds: Int64) -> Int? {
      guard seconds >= bounds[0], seconds < bounds[bounds.count - 1] else { return nil }
      return bounds.lastIndex { $0 <= seconds }
    }
    var values: [String: [Int64]] = [:]
    let zeros = [Int64](repeating: 0, count: bounds.count - 1)
    if metric == .online {
      let peaks = sightings?.peaks(bot: bot, bounds: bounds) ?? zeros
      let highest = peaks.max() ?? 0
      return highest > 0 ? ["all": (highest, peaks)] : [:]
    }
    if metric == .new {
      for time in registrations(bot: bot).values {
        if let bucket = bucket(time) { values["all", default: zeros][bucket] += 1 }
      }
      return values.mapValues { ($0.reduce(0, +), $0) }
    }
    var users: [String: [Set<Int64>]] = [:]
    for event in events where matches(event, bot: bot, filter) {
      guard let bucket = bucket(Int64((Double(event.time) / 1000).rounded(.down))) else { continue }
      let series =
        switch segment {
        case nil: "all"
        case .event: name(of: event, filter) ?? ""
        case .param(let number): event.param(number)
        }
      values[series, default: zeros][bucket] += 1
      users[series, default: Array(repeating: [], count: zeros.count)][bucket].insert(event.user)
    }
    if metric == .uses { return values.mapValues { ($0.reduce(0, +), $0) } }
    if case .param = segment { users[""] = nil }
    return users.mapValues { sets in
      (Int64(sets.reduce(into: Set()) { $0.formUnion($1) }.count), sets.map { Int64($0.count) })
    }
  }
}
