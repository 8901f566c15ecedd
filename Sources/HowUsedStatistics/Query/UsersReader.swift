import Redis

/// Reads how many different users there were.
struct UsersReader {
  let reader: ChartReader
  let statistics: BotStatistics
  let query: ChartQuery

  /// Above this many sources, the smaller series are left out instead of united into `__other__`.
  static let otherLimit = 20_000

  private var timeline: Timeline { query.timeline }

  func answer() async throws -> ChartAnswer {
    let points = (0..<timeline.count).map { point in
      timeline.buckets(of: point).map { RollupBucket(resolution: timeline.resolution, number: $0) }
    }
    let chosen = query.segment == nil ? dimensions() : nil
    // Where a row was full, users of a dimension may be among those that weren't counted one by one.
    let kinds = chosen.map { Set($0.compactMap { $0.count > 1 ? $0.first : nil }) } ?? [segmentKind]
    let overflows = kinds.sorted().map { Dimension.overflow(kind: $0) }
    var union = UserUnion(reader: reader, statistics: statistics, points: points.count + 1) { dimension in
      if overflows.contains(dimension) { return UserSeries.overflowName }
      if let chosen { return chosen.contains(dimension) ? ChartAnswer.allName : nil }
      return Dimension.parse(dimension).flatMap { name(of: $0) }
    }
    if chosen != nil { _ = union.series.table.series(ChartAnswer.allName) }
    if chosen?.isEmpty != true { try await union.read(points, chosen.map { $0 + overflows }) }
    var answer = ChartAnswer(series: [])
    answer.crowdedBuckets = union.crowded

    let outputs = try await outputs(&union)
    if outputs.other == nil { answer.omittedSeries = max(union.series.table.count - 1 - outputs.shown.count, 0) }
    try await union.settle(union.stored.indices) { outputs[$0] }
    try await addTotals(&union, chosen, outputs)
    let table = union.series.table
    for series in table.ranking(outputs.shown, by: { table.values($0).dropLast().reduce(0, +) }) + outputs.others {
      let name = series == outputs.other ? ChartAnswer.otherName : table.name(series)
      let values = table.values(series)
      answer.series.append(.init(name: name, total: values.last ?? 0, values: Array(values.dropLast())))
    }
    answer.isApproximate = union.isApproximate
    return answer
  }

  /// Which series are in the answer.
  private struct Outputs {
    /// The largest.
    let shown: [Int]
    /// What the others are united into; nil: nothing.
    var other: Int?
    /// The series that each one goes to.
    var map: [Int?]

    var others: [Int] { other.map { [$0] } ?? [] }

    subscript(found: Int) -> Int? { found < map.count ? map[found] : nil }
  }

  private func outputs(_ union: inout UserUnion) async throws -> Outputs {
    var ranking = Array(UserSeries.overflow + 1..<union.series.table.count)
    if ranking.count > ChartQuery.seriesLimit {
      try await union.countSketches()
      // Somebody may be in there twice.
      var weights = (0..<union.series.table.count).map { union.series.table.values($0).reduce(0, +) }
      for stored in union.stored.joined() { weights[stored.series] += stored.count ?? 0 }
      ranking = union.series.table.ranking(ranking) { weights[$0] }
    }
    var outputs = Outputs(
      shown: Array(ranking.prefix(ChartQuery.seriesLimit)),
      map: Array(repeating: nil, count: union.series.table.count)
    )
    for series in outputs.shown { outputs.map[series] = series }
    var rest = Set(ranking.dropFirst(ChartQuery.seriesLimit))
    if union.crowded > 0, query.segment != nil, !isFiltered { rest.insert(UserSeries.overflow) }
    guard !rest.isEmpty else { return outputs }
    let dimensions = union.series.dimensions { rest.contains($0) }
    guard dimensions.count * timeline.buckets.count <= Self.otherLimit else { return outputs }
    let other = union.series.table.series(UserSeries.otherName)
    outputs.other = other
    for series in rest { outputs.map[series] = other }
    return outputs
  }

  /// Adds the users of the whole time, as the last point of each series.
  private func addTotals(_ union: inout UserUnion, _ chosen: [[UInt8]]?, _ outputs: Outputs) async throws {
    let last = timeline.count
    // Whose ids were all seen is counted already. Of others there are fewer to be read in larger buckets.
    var unknown = Set(union.stored.joined().compactMap { outputs[$0.series] })
    if union.crowded > 0 { unknown = Set(outputs.shown + outputs.others) }
    let map = outputs.map.map { $0.flatMap { unknown.contains($0) ? $0 : nil } }
    func output(_ found: Int) -> Int? { found < map.count ? map[found] : nil }
    let dimensions = chosen ?? union.series.dimensions { output($0) != nil }
    for series in outputs.shown + outputs.others where !unknown.contains(series) {
      union.series.table[series, last] = union.total(series)
    }
    if !unknown.isEmpty, !dimensions.isEmpty {
      try await union.read([timeline.coverage], dimensions, output)
      try await union.settle(last..<last + 1)
    }
  }

  /// The dimensions whose users together are the answer.
  private func dimensions() -> [[UInt8]] {
    if query.updates { return query.params.isEmpty && query.events.isEmpty ? [Dimension.updates] : [] }
    if let (number, values) = query.params.first {
      let events: [[UInt8]?] = query.events.isEmpty ? [nil] : query.events
      return events.flatMap { event in values.map { Dimension.param(number, $0, event: event) } }
    }
    guard !query.events.isEmpty else {
      return statistics.updatesName == nil ? [Dimension.all] : [Dimension.all, Dimension.updates]
    }
    var dimensions = query.events.map { Dimension.event($0) }
    if let name = statistics.updatesName, query.events.contains(name) { dimensions.append(Dimension.updates) }
    return dimensions
  }

  /// The series that a dimension belongs to; nil: none.
  private func name(of dimension: Dimension.Parsed) -> [UInt8]? {
    switch (dimension, query.segment) {
    case (.updates, .event):
      if query.updates { return Array("update".utf8) }
      guard let name = statistics.updatesName, query.params.isEmpty else { return nil }
      return query.events.isEmpty || query.events.contains(name) ? name : nil
    case _ where query.updates: return nil
    case (.event(let event), .event):
      guard query.params.isEmpty, query.events.isEmpty || query.events.contains(event) else { return nil }
      return event
    case (.param(let number, let value, let event?), .event):
      guard query.params[number]?.contains(value) == true else { return nil }
      return query.events.isEmpty || query.events.contains(event) ? event : nil
    case (.param(let number, let value, let event), .param(let chosen)):
      guard number == chosen, query.params[number]?.contains(value) ?? true else { return nil }
      if let event { return query.events.contains(event) ? value : nil }
      return query.events.isEmpty ? value : nil
    default: return nil
    }
  }

  private var isFiltered: Bool { !query.events.isEmpty || !query.params.isEmpty }

  /// The kind of the dimensions that a segmented answer is made of.
  private var segmentKind: UInt8 {
    if case .param(let number) = query.segment { return 0x30 + UInt8(truncatingIfNeeded: number) }
    if let number = query.params.keys.first { return 0x30 + UInt8(truncatingIfNeeded: number) }
    return UInt8(ascii: "e")
  }
}
