/// Counts the different users of the 1, 7 and 30 days that end with each day.
struct ActiveCounts: UserVisits, ScanSized {
  static let windows = [1, 7, 30]

  /// Of each window, by day, how many more users there are than the day before.
  private var changes = [[Int64]](repeating: [], count: windows.count)
  /// Of each user the last day with a visit + 1; 0: none.
  private var last: [UInt16] = []

  var size: Int { last.count * 2 + changes.reduce(0) { $0 + $1.count * 8 } }

  mutating func visit(_ batch: UserBatch, series: Int, users: Int) {
    last += Array(repeating: 0, count: max(users - last.count, 0))
    batch.forEachPoint { add(user: $0, $1) }
  }

  private mutating func add(user: Int, _ point: Int) {
    let before = Int(last[user]) - 1
    guard before != point else { return }
    last[user] = UInt16(truncatingIfNeeded: point + 1)
    for (index, days) in Self.windows.enumerated() {
      // A visit counts on its day and the following ones, as far as the one before doesn't count there already.
      let start = before < 0 ? point : max(point, before + days)
      add(1, index, start)
      add(-1, index, point + days)
    }
  }

  private mutating func add(_ change: Int64, _ window: Int, _ day: Int) {
    if day >= changes[window].count {
      changes[window] += Array(repeating: 0, count: day + 1 - changes[window].count)
    }
    changes[window][day] += change
  }

  /// The counts of some days.
  func values(_ window: Int, days: Range<Int>) -> [Int64] {
    var sum: Int64 = 0
    var values: [Int64] = []
    for day in 0..<days.upperBound {
      if day < changes[window].count { sum += changes[window][day] }
      if day >= days.lowerBound { values.append(sum) }
    }
    return values
  }
}
