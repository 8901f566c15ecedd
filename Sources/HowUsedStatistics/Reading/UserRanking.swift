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
