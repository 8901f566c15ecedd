/// What each fault did to the events of its rounds. Of two faults at once, both have the same figures; but what one of them
/// may lose was lost by that one.
struct FaultTable: Sendable {
  private struct Row {
    var times = 0
    var acknowledged = 0
    var refused = 0
    var unknown = 0
    var lost = 0
    var duplicated = 0
    var phantom = 0
    var recoveries: [Duration] = []
    var mayLose: String?
  }

  private static let whole = "all"
  /// What a fault loses may have been acknowledged that long before it, in milliseconds: it was in Redis alone.
  private static let before = 15_000

  private var rows: [String: Row] = [:]
  /// Of events that nothing excuses.
  private(set) var lostWithoutLeave = 0
  /// How long before the fault's start the oldest was acknowledged that a fault with leave lost, in milliseconds.
  private(set) var oldestLost = 0

  init(_ rounds: [Scheduler.Round], _ entries: [Ledger.Entry], _ verdict: Verdict) {
    for round in rounds {
      add(to: round) { row, fault in
        row.times += 1
        row.recoveries.append(round.recovery ?? .seconds(60))
        row.mayLose = fault.mayLose
      }
    }
    rows[Self.whole, default: Row()].times = rounds.count
    rows[Self.whole]?.recoveries = rounds.map { $0.recovery ?? .seconds(60) }
    for entry in entries {
      count(entry, rounds) { row in
        switch entry.outcome {
        case .acknowledged: row.acknowledged += 1
        case .refused: row.refused += 1
        case .unknown: row.unknown += 1
        }
      }
    }
    for number in verdict.lost { lose(entries[number], rounds) }
    for number in verdict.duplicated { count(entries[number], rounds) { $0.duplicated += 1 } }
    for number in verdict.broken { count(entries[number], rounds) { $0.phantom += 1 } }
    rows[Self.whole]?.phantom += verdict.strange
  }

  private mutating func add(to round: Scheduler.Round, _ change: (inout Row, Fault) -> Void) {
    for fault in round.faults { change(&rows[fault.name, default: Row()], fault) }
  }

  /// The round that was under way when the event was sent, or the one that came next: rounds are in their order.
  private static func round(_ entry: Ledger.Entry, _ rounds: [Scheduler.Round]) -> Scheduler.Round? {
    var low = 0
    var high = rounds.count
    while low < high {
      let middle = (low + high) / 2
      if rounds[middle].end < entry.sent { low = middle + 1 } else { high = middle }
    }
    return low < rounds.count ? rounds[low] : nil
  }

  private mutating func count(_ entry: Ledger.Entry, _ rounds: [Scheduler.Round], _ change: (inout Row) -> Void) {
    change(&rows[Self.whole, default: Row()])
    if let round = Self.round(entry, rounds) { add(to: round) { row, _ in change(&row) } }
  }

  private mutating func lose(_ entry: Ledger.Entry, _ rounds: [Scheduler.Round]) {
    let guilty = rounds.first { $0.mayLose && entry.sent <= $0.end && entry.told ?? 0 >= $0.begin - Self.before }
    rows[Self.whole, default: Row()].lost += 1
    guard let guilty else {
      lostWithoutLeave += 1
      if let round = Self.round(entry, rounds) { add(to: round) { row, _ in row.lost += 1 } }
      return
    }
    oldestLost = max(oldestLost, guilty.begin - (entry.told ?? guilty.begin))
    add(to: guilty) { row, fault in if fault.mayLose != nil { row.lost += 1 } }
  }

  /// As Markdown.
  var text: String {
    var lines = [
      "| fault | times | acknowledged | lost | duplicated | phantom | refused | unknown | recovery p50 / p99 / max, ms |",
      "|---|---|---|---|---|---|---|---|---|",
    ]
    let names = rows.keys.filter { $0 != Self.whole }.sorted() + [Self.whole]
    for name in names {
      guard let row = rows[name] else { continue }
      let sorted = row.recoveries.map { Int($0 / .milliseconds(1)) }.sorted()
      let times = [0.5, 0.99, 1].map { part in
        sorted.isEmpty ? "–" : "\(sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))])"
      }
      let title = row.mayLose.map { "\(name) (may lose \($0))" } ?? name
      let counts = [row.times, row.acknowledged, row.lost, row.duplicated, row.phantom, row.refused, row.unknown]
      lines.append(
        "| \(([title] + counts.map { "\($0)" }).joined(separator: " | ")) | \(times.joined(separator: " / ")) |"
      )
    }
    return lines.joined(separator: "\n")
  }
}
