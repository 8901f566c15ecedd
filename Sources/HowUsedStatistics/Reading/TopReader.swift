import HowUsedModel

/// Answers ``TopQuery``s.
struct TopReader {
  let reader: BotReader

  func answer(_ query: TopQuery) throws -> TopAnswer {
    let needle = query.search.lowercased()
    let values = try reader.usesByValue(query.filter, query.by, query.timeline).ranking().filter { value in
      needle.isEmpty || JSONText.decoded(value.name).lowercased().contains(needle)
    }
    let names: [[UInt8]]
    switch query.order {
    case .uses: names = values.dropFirst(query.offset).prefix(query.limit).map(\.name)
    case .users:
      let ranking = try UserRanking(reader: reader).first(
        query.offset + query.limit,
        of: values,
        query.filter,
        query.by,
        query.timeline
      )
      names = ranking.dropFirst(query.offset).map(\.name)
    }
    var answer = TopAnswer(asOf: reader.snapshot.asOf, total: values.count, rows: try rows(names, values, query))
    answer.isApproximate = reader.isSampled
    return answer
  }

  private func rows(
    _ names: [[UInt8]],
    _ values: [(name: [UInt8], uses: Int64)],
    _ query: TopQuery
  ) throws -> [TopAnswer.Row] {
    guard !names.isEmpty else { return [] }
    let uses = Dictionary(uniqueKeysWithValues: values.map { ($0.name, $0.uses) })
    let before = try reader.usesByValue(query.filter, query.by, query.previous).ranking()
    let usesBefore = Dictionary(uniqueKeysWithValues: before.map { ($0.name, $0.uses) })
    // By name, so that a change of rank isn't another question to the cache.
    let sorted = names.sorted { $0.lexicographicallyPrecedes($1) }
    let users = try totals(sorted, query, query.timeline)
    let usersBefore = try totals(sorted, query, query.previous)
    let numbers = SeriesNumbers(names, hasOther: false)
    var new = [Int64](repeating: 0, count: names.count)
    try reader.registrations(query.filter, query.by, query.timeline.whole.bounds, { numbers[$0] }) { _, series, _ in
      new[series] += 1
    }
    return names.enumerated().map { index, name in
      TopAnswer.Row(
        name: name,
        uses: uses[name] ?? 0,
        users: users[name] ?? 0,
        new: new[index],
        usesBefore: usesBefore[name] ?? 0,
        usersBefore: usersBefore[name] ?? 0
      )
    }
  }

  private func totals(_ names: [[UInt8]], _ query: TopQuery, _ timeline: Timeline) throws -> [[UInt8]: Int64] {
    let counts = try reader.userCounts(query.filter, query.by, names, hasOther: false, timeline.whole)
    return Dictionary(uniqueKeysWithValues: zip(names, counts.map(\.total)))
  }
}
