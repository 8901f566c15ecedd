/// Answers ``RetentionQuery``s.
struct RetentionReader {
  let reader: BotReader

  func answer(_ query: RetentionQuery) throws -> RetentionAnswer {
    let bounds = Array(query.units.bounds[...query.cohortCount])
    var cohorts = HashTable<Int64>()
    var cohort: [UInt8] = []
    var sizes = [Int64](repeating: 0, count: query.cohortCount)
    try reader.registrations(EventFilter(), nil, bounds, { _ in 0 }) { id, _, point in
      _ = cohorts.number(of: id)
      cohort.append(UInt8(truncatingIfNeeded: point))
      sizes[point] += 1
    }
    let counts = try reader.visits(
      query.filter,
      query.units,
      CohortVisits(cohorts, cohort, units: query.units.count, cohorts: query.cohortCount)
    )
    var answer = RetentionAnswer(
      asOf: reader.snapshot.asOf,
      cohorts: sizes.enumerated().map { index, size in
        .init(size: size, returned: counts.returned[index].map { reader.scaled($0) })
      }
    )
    answer.isApproximate = reader.isSampled
    return answer
  }
}

/// Counts who of each cohort was there in each later unit.
private struct CohortVisits: UserVisits {
  private let cohorts: HashTable<Int64>
  private let cohort: [UInt8]
  private(set) var returned: [[Int64]]
  /// Of each user the cohort; -1: none, -2: not looked up.
  private var found: [Int16] = []
  private var last: [UInt16] = []

  init(_ cohorts: HashTable<Int64>, _ cohort: [UInt8], units: Int, cohorts count: Int) {
    self.cohorts = cohorts
    self.cohort = cohort
    returned = (0..<count).map { Array(repeating: 0, count: units - $0) }
  }

  mutating func visit(user: Int, id: Int64, series: Int, point: Int) {
    if user >= found.count {
      let more = user + 1 + user / 2 - found.count
      found += Array(repeating: -2, count: more)
      last += Array(repeating: 0, count: more)
    }
    if found[user] == -2 { found[user] = cohorts.find(id).map { Int16(cohort[Int($0)]) } ?? -1 }
    let mine = Int(found[user])
    guard mine >= 0, point >= mine, last[user] != UInt16(point + 1) else { return }
    last[user] = UInt16(point + 1)
    returned[mine][point - mine] += 1
  }
}
