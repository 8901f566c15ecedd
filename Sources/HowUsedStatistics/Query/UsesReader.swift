import Redis

/// Reads how often something was used.
struct UsesReader {
  let reader: ChartReader
  let statistics: BotStatistics
  let query: ChartQuery

  private var timeline: Timeline { query.timeline }

  func answer() async throws -> ChartAnswer {
    query.isPlain ? try await total() : try await byCombination()
  }

  /// Without any condition, each row has the number already.
  private func total() async throws -> ChartAnswer {
    var fields = query.updates ? ["v"] : ["t"]
    if !query.updates, statistics.updatesName != nil { fields.append("v") }
    let counts = try await reader.numbers(fields, timeline, statistics)
    let first = timeline.buckets.lowerBound
    let values = (0..<timeline.count).map { point in
      timeline.buckets(of: point).reduce(0) { $0 + counts[Int($1 - first)].reduce(0, +) }
    }
    return ChartAnswer(series: [.init(name: ChartAnswer.allName, total: values.reduce(0, +), values: values)])
  }

  /// Where a combination's uses go.
  private enum Place {
    case nowhere
    case other
    case series(Int)
  }

  private func byCombination() async throws -> ChartAnswer {
    var table = SeriesTable(points: timeline.count)
    var fields = NameTable()
    /// Of each field.
    var places: [Place] = []
    var others = [Int64](repeating: 0, count: timeline.count)
    if query.segment == nil { _ = table.series(ChartAnswer.allName) }
    let (keys, first) = (statistics.counters, timeline.buckets.lowerBound)
    var point = 0
    try await reader.read(timeline.buckets.count) { index in
      RedisCommand("HGETALL", keys.uses(timeline.resolution, first + Int64(index)))
    } _: { index, row in
      while timeline.buckets(of: point).upperBound <= first + Int64(index) { point += 1 }
      row.forEachPair { field, value in
        guard let count = Int64(decimal: value) else { return }
        let number = fields.number(of: field)
        if number == places.count { places.append(place(of: field, in: &table)) }
        switch places[number] {
        case .nowhere: return
        case .series(let series): table[series, point] += count
        case .other: others[point] += count
        }
      }
    }
    return answer(table, others)
  }

  private func answer(_ table: SeriesTable, _ others: [Int64]) -> ChartAnswer {
    let isFiltered = !query.events.isEmpty || !query.params.isEmpty
    var answer = ChartAnswer(series: [])
    let ranking = table.ranking(0..<table.count) { table.values($0).reduce(0, +) }
    for series in ranking.prefix(ChartQuery.seriesLimit) {
      let values = Array(table.values(series))
      answer.series.append(.init(name: table.name(series), total: values.reduce(0, +), values: values))
    }
    // With a filter nobody knows whether those beyond the limit belong to it; they are told apart.
    var rest = isFiltered ? Array(repeating: 0, count: timeline.count) : others
    answer.unattributedUses = others.reduce(0, +)
    for series in ranking.dropFirst(ChartQuery.seriesLimit) {
      for (point, value) in table.values(series).enumerated() { rest[point] += value }
    }
    let sum = rest.reduce(0, +)
    if sum > 0 { answer.series.append(.init(name: ChartAnswer.otherName, total: sum, values: rest)) }
    return answer
  }

  private func place(of field: UnsafeRawBufferPointer, in table: inout SeriesTable) -> Place {
    if field.count == 1, field.first == Combination.other { return query.updates ? .nowhere : .other }
    let combination = Combination(field: field)
    var event = combination[0]
    if combination.isUpdate {
      if query.updates {
        event = Array("update".utf8)
      } else if let name = statistics.updatesName {
        event = name
      } else {
        return .nowhere
      }
    } else if query.updates {
      return .nowhere
    }
    if !query.events.isEmpty, !query.events.contains(event) { return .nowhere }
    for (number, values) in query.params where !values.contains(combination[number]) { return .nowhere }
    switch query.segment {
    case nil: return .series(table.series(ChartAnswer.allName))
    case .event: return .series(table.series(event))
    case .param(let number): return .series(table.series(combination[number]))
    }
  }
}
