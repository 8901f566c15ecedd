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

/// In which order series and rows are told: the largest first, of equal ones by the bytes of their names.
enum SeriesOrder {
  static func precedes(_ left: (name: [UInt8], count: Int64), _ right: (name: [UInt8], count: Int64)) -> Bool {
    left.count == right.count ? precedes(left.name, right.name) : left.count > right.count
  }

  /// - Parameters: as stored; an escape isn't what is compared.
  static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let escape = UInt8(ascii: "\\")
    guard left.contains(escape) || right.contains(escape) else { return left.lexicographicallyPrecedes(right) }
    return JSONText.decoded(left).utf8.lexicographicallyPrecedes(JSONText.decoded(right).utf8)
  }
}

/// Finds the values with the most users, without counting the users of all: nobody has more users than uses.
struct UserRanking {
  let reader: BotReader

  /// How many values' users are counted at once at first; then more, since all have to be gone through for that.
  private static let firstBatch = 512

  /// The first values by users, ties by name.
  /// - Parameter values: by uses, the most used first.
  func first(
    _ count: Int,
    of values: [(name: [UInt8], uses: Int64)],
    _ filter: EventFilter,
    _ segment: ChartSegment,
    _ timeline: Timeline
  ) throws -> [(name: [UInt8], users: Int64)] {
    var found: [(name: [UInt8], users: Int64)] = []
    var next = 0
    var batch = Self.firstBatch
    while next < values.count {
      // With sampling a value's concluded users may be more than its uses.
      if found.count >= count, found[count - 1].users > reader.scaled(values[next].uses) { break }
      let names = values[next..<min(next + batch, values.count)].map(\.name)
        .sorted { $0.lexicographicallyPrecedes($1) }
      next += names.count
      batch = 4096
      let counts = try reader.userCounts(filter, segment, names, hasOther: false, timeline.whole)
      found += zip(names, counts).map { ($0, $1.total) }
      found.sort { SeriesOrder.precedes(($0.name, $0.users), ($1.name, $1.users)) }
      found.removeLast(max(found.count - count, 0))
    }
    return found
  }
}
