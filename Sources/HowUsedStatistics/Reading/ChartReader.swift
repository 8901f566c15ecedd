/// Answers ``ChartQuery``s.
struct ChartReader {
  let reader: BotReader

  /// - Throws: ``RollupDamage``, `FileError`, `ZstdError`, ``StatisticsUnavailable``.
  func answer(_ query: ChartQuery) throws -> ChartAnswer {
    var answer = ChartAnswer(asOf: reader.snapshot.asOf, series: try series(query, query.timeline))
    if let previous = query.previous {
      answer.previous = try series(query, previous).first { $0.name == ChartAnswer.allName }
    }
    answer.isApproximate = reader.isSampled && (query.metric == .users || query.metric == .active)
    return answer
  }

  private func series(_ query: ChartQuery, _ timeline: Timeline) throws -> [ChartAnswer.Series] {
    switch query.metric {
    case .uses: try uses(query, timeline)
    case .users: try users(query, timeline)
    case .new: try new(query, timeline)
    case .online: try online(timeline)
    case .active: try active(query, timeline)
    }
  }

  // MARK: Uses

  private func uses(_ query: ChartQuery, _ timeline: Timeline) throws -> [ChartAnswer.Series] {
    let chosen = try chosen(query, timeline) { $0.ranking().prefix(ChartQuery.seriesLimit).map(\.name) }
    let scan = try reader.uses(query.filter, query.segment, chosen.names, hasOther: chosen.hasOther, timeline)
    var series = Self.ranked(
      chosen.names.indices.map { index in
        let values = scan.values(of: index)
        return .init(name: chosen.names[index], total: values.reduce(0, +), values: values)
      }
    )
    let others = scan.values(of: chosen.names.count)
    if chosen.hasOther, others.contains(where: { $0 > 0 }) {
      series.append(.init(name: ChartAnswer.otherName, total: others.reduce(0, +), values: others))
    }
    let unknown = scan.unattributedValues
    if unknown.contains(where: { $0 > 0 }) {
      series.append(.init(name: ChartAnswer.unattributedName, total: unknown.reduce(0, +), values: unknown))
    }
    return series
  }

  /// The series that are shown, and whether there are others.
  private func chosen(
    _ query: ChartQuery,
    _ timeline: Timeline,
    _ choose: (ValueUses) throws -> [[UInt8]]
  ) throws -> (names: [[UInt8]], hasOther: Bool) {
    guard let segment = query.segment else { return ([ChartAnswer.allName], false) }
    let values = try reader.usesByValue(query.filter, segment, timeline)
    // By name, so that a change of rank isn't another question to the cache.
    let names = try choose(values).sorted { $0.lexicographicallyPrecedes($1) }
    return (names, values.ranking().count > names.count || values.others > 0)
  }

  private static func ranked(_ series: [ChartAnswer.Series]) -> [ChartAnswer.Series] {
    series.sorted { SeriesOrder.precedes(($0.name, $0.total), ($1.name, $1.total)) }
  }

  // MARK: Users

  private func users(_ query: ChartQuery, _ timeline: Timeline) throws -> [ChartAnswer.Series] {
    let chosen = try chosen(query, timeline) { values in
      let ranking = values.ranking()
      guard let segment = query.segment, ranking.count > ChartQuery.seriesLimit else { return ranking.map(\.name) }
      return try UserRanking(reader: reader).first(
        ChartQuery.seriesLimit,
        of: ranking,
        query.filter,
        segment,
        timeline
      ).map(\.name)
    }
    let counts = try reader.userCounts(query.filter, query.segment, chosen.names, hasOther: chosen.hasOther, timeline)
    var series = Self.ranked(
      zip(chosen.names, counts).map { .init(name: $0, total: $1.total, values: $1.values) }
    )
    if chosen.hasOther, let other = counts.last, other.total > 0 {
      series.append(.init(name: ChartAnswer.otherName, total: other.total, values: other.values))
    }
    return series
  }

  // MARK: New

  private func new(_ query: ChartQuery, _ timeline: Timeline) throws -> [ChartAnswer.Series] {
    var names = TextTable()
    var totals: [Int64] = []
    let number: ([UInt8]) -> Int32 = { Int32(names.number(of: $0)) }
    if query.segment != nil {
      try reader.registrations(query.filter, query.segment, timeline.whole.bounds, number) { _, series, _ in
        if series >= totals.count { totals += Array(repeating: 0, count: series + 1 - totals.count) }
        totals[series] += 1
      }
    }
    let ranking = totals.indices.filter { totals[$0] > 0 }
      .map { (name: Array(names[UInt32($0)]), total: totals[$0]) }
      .filter { $0.name != Section.otherValue }
      .sorted { SeriesOrder.precedes(($0.name, $0.total), ($1.name, $1.total)) }
    let shown = query.segment == nil ? [ChartAnswer.allName] : ranking.prefix(ChartQuery.seriesLimit).map(\.name)
    let numbers = SeriesNumbers(shown, hasOther: true)
    var values = [[Int64]](repeating: Array(repeating: 0, count: timeline.count), count: numbers.count)
    try reader.registrations(query.filter, query.segment, timeline.bounds, { numbers[$0] }) { _, series, point in
      values[series][point] += 1
    }
    var series = zip(shown, values).map { name, values in
      ChartAnswer.Series(name: name, total: values.reduce(0, +), values: values)
    }
    if let others = values.last, others.contains(where: { $0 > 0 }) {
      series.append(.init(name: ChartAnswer.otherName, total: others.reduce(0, +), values: others))
    }
    return series
  }

  // MARK: Online and active

  private func online(_ timeline: Timeline) throws -> [ChartAnswer.Series] {
    let peaks = try reader.peaks(timeline)
    return [.init(name: ChartAnswer.allName, total: peaks.max() ?? 0, values: peaks)]
  }

  private func active(_ query: ChartQuery, _ timeline: Timeline) throws -> [ChartAnswer.Series] {
    let lead = query.lead?.bounds ?? [timeline.start]
    let days = lead.count - 1..<lead.count - 1 + timeline.count
    let counts = try reader.active(query.filter, lead.dropLast() + timeline.bounds, base: timeline.base)
    return ChartAnswer.activeNames.enumerated().map { index, name in
      let values = counts.values(index, days: days).map { reader.scaled($0) }
      return .init(name: name, total: values.last ?? 0, values: values)
    }
  }
}
