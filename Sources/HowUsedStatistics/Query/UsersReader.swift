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
    query.segment == nil ? try await single() : try await segmented()
  }

  // MARK: One series

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

  private func single() async throws -> ChartAnswer {
    let dimensions = dimensions()
    // Where a row was full, users of a dimension may be among those that weren't counted one by one.
    let kinds = Set(dimensions.compactMap { $0.count > 1 ? $0.first : nil })
    let overflows = kinds.sorted().map { Dimension.overflow(kind: $0) }
    var union = UserUnion(reader: reader, statistics: statistics)
    try await union.load(
      timeline.buckets.map { RollupBucket(resolution: timeline.resolution, number: $0) },
      dimensions + overflows
    )
    try await union.load(timeline.coverage, dimensions)
    askPoints(&union, dimensions)
    union.ask(timeline.coverage, dimensions)
    let counts = try await union.counts()
    var answer = ChartAnswer(series: [
      .init(name: ChartAnswer.allName, total: counts.last ?? 0, values: Array(counts.dropLast()))
    ])
    answer.isApproximate = union.isApproximate
    answer.crowdedBuckets = timeline.buckets.count { bucket in
      overflows.contains { union.has(RollupBucket(resolution: timeline.resolution, number: bucket), $0) }
    }
    return answer
  }

  /// A question for each point.
  private func askPoints(_ union: inout UserUnion, _ dimensions: [[UInt8]]) {
    for point in 0..<timeline.count {
      union.ask(
        timeline.buckets(of: point).map { RollupBucket(resolution: timeline.resolution, number: $0) },
        dimensions
      )
    }
  }

  // MARK: By event or param

  /// A series, while it is made.
  private struct Group {
    let name: [UInt8]
    /// Its dimensions.
    let members: [[UInt8]]
    /// Nil: to be asked for.
    let values: [Int64]?
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

  private func segmented() async throws -> ChartAnswer {
    var union = UserUnion(reader: reader, statistics: statistics)
    let buckets = timeline.buckets.map { RollupBucket(resolution: timeline.resolution, number: $0) }
    // Then most points are known from the rows alone.
    let isSimple = buckets.count == timeline.count
    let present = try await union.loadAll(buckets, keeping: !isSimple)
    var names: [[UInt8]: [UInt8]?] = [:]
    var table = SeriesTable(points: timeline.count)
    /// Of each series: its dimensions.
    var members: [[[UInt8]]] = []
    let kind = overflowKind
    var crowded: Set<RollupBucket> = []
    for point in 0..<timeline.count {
      for number in timeline.buckets(of: point) {
        let bucket = RollupBucket(resolution: timeline.resolution, number: number)
        for (dimension, users) in present[bucket] ?? [] {
          if dimension == Dimension.overflow(kind: kind) { crowded.insert(bucket) }
          let known = names[dimension]
          let name = known ?? Dimension.parse(dimension).flatMap { self.name(of: $0) }
          if known == nil { names[dimension] = .some(name) }
          guard let name else { continue }
          let series = table.series(name)
          if series == members.count { members.append([]) }
          if known == nil { members[series].append(dimension) }
          // Only for the ranking: a user of several buckets is in it several times.
          table.add(users.count ?? 0, to: series, at: point)
        }
      }
    }
    let ranking = table.ranking
    let shown = ranking.prefix(ChartQuery.seriesLimit)
    let rest = ranking.dropFirst(ChartQuery.seriesLimit)
    var restDimensions = rest.flatMap { members[$0] }
    if !crowded.isEmpty, !isFiltered { restDimensions.append(Dimension.overflow(kind: kind)) }
    let hasOther = !restDimensions.isEmpty && restDimensions.count * buckets.count <= Self.otherLimit
    var groups = shown.map { series in
      // One dimension a series, one bucket a point: nobody can be in there twice.
      let isKnown = isSimple && members[series].count == 1
      return Group(name: table.names[series], members: members[series], values: isKnown ? table.values[series] : nil)
    }
    if hasOther { groups.append(Group(name: ChartAnswer.otherName, members: restDimensions, values: nil)) }
    try await union.load(timeline.coverage, groups.flatMap(\.members))
    try await union.load(buckets, groups.flatMap { $0.values == nil ? $0.members : [] })
    for group in groups {
      if group.values == nil { askPoints(&union, group.members) }
      union.ask(timeline.coverage, group.members)
    }
    var counts = try await union.counts()[...]
    var answer = ChartAnswer(series: [])
    for group in groups {
      var values = group.values ?? []
      if group.values == nil {
        values = Array(counts.prefix(timeline.count))
        counts = counts.dropFirst(timeline.count)
      }
      answer.series.append(.init(name: group.name, total: counts.popFirst() ?? 0, values: values))
    }
    answer.isApproximate = union.isApproximate
    answer.crowdedBuckets = crowded.count
    answer.omittedSeries = hasOther ? 0 : rest.count
    return answer
  }

  private var isFiltered: Bool { !query.events.isEmpty || !query.params.isEmpty }

  /// The kind of the dimensions that are asked for.
  private var overflowKind: UInt8 {
    if case .param(let number) = query.segment { return 0x30 + UInt8(truncatingIfNeeded: number) }
    if let number = query.params.keys.first { return 0x30 + UInt8(truncatingIfNeeded: number) }
    return UInt8(ascii: "e")
  }
}
