/// Answers ``RetentionQuery``s.
struct RetentionReader {
  let reader: BotReader

  func answer(_ query: RetentionQuery) throws -> RetentionAnswer {
    let bounds = Array(query.units.bounds[...query.cohortCount])
    var cohorts: [(id: Int64, cohort: Int)] = []
    var sizes = [Int64](repeating: 0, count: query.cohortCount)
    try reader.registrations(EventFilter(), nil, bounds, { _ in 0 }) { id, _, point in
      cohorts.append((id, point))
      sizes[point] += 1
    }
    cohorts.sort { $0.id < $1.id }
    let counts = try reader.visit(
      query.filter,
      query.units,
      CohortVisitor(cohorts.map(\.cohort), units: query.units.count, cohorts: query.cohortCount),
      users: cohorts.map(\.id)
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
private struct CohortVisitor: UserVisitor {
  /// Of the first users the cohort; all others are in none.
  private let cohort: [Int]
  private(set) var returned: [[Int64]]
  private var last: [UInt16]

  init(_ cohort: [Int], units: Int, cohorts: Int) {
    self.cohort = cohort
    last = Array(repeating: 0, count: cohort.count)
    returned = (0..<cohorts).map { Array(repeating: 0, count: units - $0) }
  }

  mutating func visit(_ batch: UserBatch, series: Int, users: Int) {
    batch.forEachPoint { user, point in
      guard user < cohort.count, point >= cohort[user], last[user] != UInt16(point + 1) else { return }
      last[user] = UInt16(point + 1)
      returned[cohort[user]][point - cohort[user]] += 1
    }
  }
}
