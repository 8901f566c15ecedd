import HowUsedArchive
import HowUsedModel

/// Makes one section of several of the same bot: a day's of segments', a month's of days', or who is known of any. What is
/// in memory is the rows' columns, the users, and a slice of the tuples.
struct SectionMerge {
  /// Where the result's ``Section/peaks()`` come from.
  enum Peaks {
    case none
    /// From the minutes of the inputs, which are of one day, by the minute.
    case counted
    /// From those of the inputs: of several for a bucket the highest.
    case merged
  }

  /// What a merge doesn't go beyond. Others than these are for tests.
  struct Limits {
    /// Of a dimension with more values than this the most used ones are kept, and the others become
    /// ``Section/otherValue``: whoever sends another value with each event must not fill anybody's memory. Uses by the
    /// other dimensions stay exact.
    var values = 1 << 17
    /// Tuples, and likewise users, in memory at once, about.
    var slice = 2 << 20
    var figures = SectionFigures.Limits()
  }

  /// In the order of their events.
  private let inputs: [Section]
  private let header: SectionHeader
  private let compressor: ZstdCompressor
  private let limits: Limits
  private let texts: [[[UInt8]]]
  private let users: [Int64]
  /// Of each input and each of its users: the place among the merged ones.
  private let userPlaces: [[UInt32]]
  /// What each merged row's values are, ascending.
  private let rows: [TextNumbers]
  /// Of each input and each of its rows the merged one.
  private let rowPlaces: [[UInt32]]
  /// Of each input and each of its buckets the merged one.
  private let bucketPlaces: [[UInt32]]
  /// Whether values were left out.
  private let isCut: Bool

  /// - Parameters:
  ///   - inputs: of one bot, all within the header's time.
  ///   - header: start, span and bucket of the result; a span of 0 keeps users and their first events alone.
  /// - Throws: ``RollupDamage``
  init(
    _ inputs: [Section],
    _ header: SectionHeader,
    compressor: ZstdCompressor,
    limits: Limits = Limits()
  ) throws {
    let inputs = inputs.sorted { ($0.order, $0.header.start) < ($1.order, $1.header.start) }
    self.inputs = inputs
    self.header = header
    self.compressor = compressor
    bucketPlaces = try header.span > 0 ? inputs.map { try Self.bucketPlaces($0, header) } : []
    (users, userPlaces) = UserMerge.merge(
      try inputs.map { input in
        defer { input.forget() }
        return try input.users()
      },
      slice: limits.slice
    )
    self.limits = limits
    let merge = try DimensionMerge(inputs, limit: limits.values)
    texts = merge.texts
    isCut = merge.isCut
    var table = HashTable<TextNumbers>()
    var numbers: [[UInt32]] = []
    for (input, places) in zip(inputs, merge.places) {
      let rows = try input.rows()
      numbers.append(
        (0..<input.header.rows).map { row in
          table.number(
            of: TextNumbers(
              places[0][Int(rows.values[0][row])],
              places[1][Int(rows.values[1][row])],
              places[2][Int(rows.values[2][row])],
              places[3][Int(rows.values[3][row])]
            )
          )
        }
      )
    }
    let ordered = CombinationOrder.sorted(
      table.keys.enumerated().map { (key: $0.element, number: UInt32($0.offset)) },
      counts: texts.map(\.count)
    )
    rows = ordered.map(\.key)
    var ranks = [UInt32](repeating: 0, count: ordered.count)
    for (rank, entry) in ordered.enumerated() { ranks[Int(entry.number)] = UInt32(rank) }
    rowPlaces = numbers.map { $0.map { ranks[Int($0)] } }
  }

  private static func bucketPlaces(_ input: Section, _ header: SectionHeader) throws -> [UInt32] {
    let offset = input.header.start - header.start
    let (from, bucket) = (input.header.bucket, header.bucket)
    guard offset >= 0, offset + input.header.span <= header.span, bucket % from == 0 else { throw input.damagedBlock() }
    return (0..<Int64(input.header.buckets)).map { UInt32(truncatingIfNeeded: (offset + $0 * from) / bucket) }
  }

  /// - Throws: ``RollupDamage``, `ZstdError`.
  func encoded(_ peaks: Peaks = .none) throws -> [UInt8] {
    let merge = try FirstEventsMerge(inputs, users: users.count, userPlaces, rowPlaces)
    let firstEvents = merge.firstEvents(start: header.start)
    var encoder = SectionEncoder(header, texts: texts, firstEvents: firstEvents, compressor: compressor)
    if header.span > 0 {
      try write(to: &encoder)
    } else {
      // Rows of nobody's first event aren't worth keeping.
      var isWanted = [Bool](repeating: false, count: rows.count)
      for row in merge.rows { isWanted[Int(row)] = true }
      for row in rows.indices where isWanted[row] {
        try encoder.beginRow(rows[row], number: UInt32(row))
      }
    }
    var section = try encoder.finish(users: users, peaks: try self.peaks(peaks))
    for input in inputs { input.forget() }
    section += try figures(of: section)
    return section
  }

  private func figures(of section: [UInt8]) throws -> [UInt8] {
    guard header.span > 0 else { return [] }
    let section = try Section(section[...], path: "memory", order: 0, decompressor: try ZstdDecompressor())
    return try SectionFigures.encoded(section, limits.figures, compressor)
  }

  // MARK: Rows

  private func write(to encoder: inout SectionEncoder) throws {
    var tuples = [Int](repeating: 0, count: rows.count)
    for (input, rowPlaces) in zip(inputs, rowPlaces) {
      let rows = try input.rows()
      for (row, place) in rowPlaces.enumerated() { tuples[Int(place)] += Int(rows.tuples[row]) }
    }
    var streams = try inputs.map { try RowStream($0) }
    var start = 0
    while start < rows.count {
      var end = start
      var sum = 0
      while end < rows.count, end == start || sum + tuples[end] <= limits.slice, end - start < limits.slice {
        sum += tuples[end]
        end += 1
      }
      try write(start..<end, tuples: sum, &streams, to: &encoder)
      start = end
    }
  }

  private func write(
    _ range: Range<Int>,
    tuples: Int,
    _ streams: inout [RowStream],
    to encoder: inout SectionEncoder
  ) throws {
    // A single row with more tuples than that is taken by users.
    let slices = tuples / (2 * limits.slice) + 1
    let width = users.count / slices + 1
    for slice in 0..<slices {
      let wanted = UInt32(min(slice * width, users.count))..<UInt32(min((slice + 1) * width, users.count))
      var keys = TupleKeys(rows: range.count, users: users.count, buckets: header.buckets, counts: true)
      keys.reserveCapacity(slices == 1 ? tuples : 0)
      for input in inputs.indices {
        for local in localRows(input, range) {
          try add(input, local, from: range.lowerBound, wanted, &streams[input], to: &keys)
        }
      }
      keys.sort()
      try keys.write(to: &encoder, first: range.lowerBound) { rows[range.lowerBound + $0] }
    }
  }

  /// Which of an input's rows are among some merged ones. They lie in the same order, and so next to each other; but not
  /// those that were left out and became ``Section/otherValue``.
  private func localRows(_ input: Int, _ range: Range<Int>) -> [Range<Int>] {
    let places = rowPlaces[input]
    let wanted = UInt32(range.lowerBound)..<UInt32(range.upperBound)
    if !isCut {
      let start = places.partitioningIndex { $0 >= wanted.lowerBound }
      let end = places.partitioningIndex { $0 >= wanted.upperBound }
      return start < end ? [start..<end] : []
    }
    var runs: [Range<Int>] = []
    for (row, place) in places.enumerated() where wanted.contains(place) {
      if let last = runs.last, last.upperBound == row {
        runs[runs.count - 1] = last.lowerBound..<row + 1
      } else {
        runs.append(row..<row + 1)
      }
    }
    return runs
  }

  private func add(
    _ input: Int,
    _ local: Range<Int>,
    from first: Int,
    _ wanted: Range<UInt32>,
    _ stream: inout RowStream,
    to keys: inout TupleKeys
  ) throws {
    let (rowPlaces, userPlaces, buckets) = (rowPlaces[input], userPlaces[input], bucketPlaces[input])
    let firstRow = UInt32(truncatingIfNeeded: first)
    try buckets.withUnsafeBufferPointer { buckets in
      try rowPlaces.withUnsafeBufferPointer { rowPlaces in
        try userPlaces.withUnsafeBufferPointer { userPlaces in
          try stream.forEach(local) { row, user, bucket, count in
            let user = userPlaces[Int(user)]
            guard wanted.contains(user) else { return }
            keys.add(row: rowPlaces[row] &- firstRow, user: user, bucket: buckets[Int(bucket)], count: count)
          }
        }
      }
    }
  }

  // MARK: Peaks

  private func peaks(_ peaks: Peaks) throws -> [UInt32] {
    switch peaks {
    case .none: return []
    case .counted:
      let minutes = try MinutePeaks.minutes(inputs, users: userPlaces, count: users.count, slice: limits.slice)
      return MinutePeaks.quarters(minutes)
    case .merged:
      var merged = [UInt32](repeating: 0, count: header.buckets)
      for input in inputs {
        for (bucket, peak) in try input.peaks().enumerated() {
          let time = input.header.start + Int64(bucket) * input.header.bucket - header.start
          guard time >= 0, time < header.span else { throw input.damagedBlock() }
          merged[Int(time / header.bucket)] = max(merged[Int(time / header.bucket)], peak)
        }
      }
      return merged
    }
  }
}

/// Unites the values of sections' dimensions.
struct DimensionMerge {
  /// Of each dimension the values, ascending by bytes.
  private(set) var texts: [[[UInt8]]] = []
  /// Of each input, each dimension and each of its values: the place among the merged ones.
  private(set) var places: [[[UInt32]]]
  /// Whether values were left out.
  private(set) var isCut = false

  /// - Parameter limit: of each dimension; see ``SectionMerge/Limits``.
  /// - Throws: ``RollupDamage``
  init(_ inputs: [Section], limit: Int) throws {
    places = inputs.map { _ in [] }
    for dimension in 0..<4 {
      var table = TextTable()
      let numbers = inputs.map { input in input.texts[dimension].map { table.number(of: $0) } }
      var kept = [UInt32](0..<UInt32(table.count))
      if table.count > limit {
        kept = try Self.leaveOut(inputs, dimension, numbers, &table, limit: limit)
        isCut = true
      }
      var isKept = [Bool](repeating: false, count: table.count)
      for number in kept { isKept[Int(number)] = true }
      let order = isKept.indices.filter { isKept[$0] }.map { (text: Array(table[UInt32($0)]), number: $0) }
        .sorted { $0.text.lexicographicallyPrecedes($1.text) }
      var ranks = [UInt32](repeating: 0, count: table.count)
      for (rank, entry) in order.enumerated() { ranks[entry.number] = UInt32(rank) }
      texts.append(order.map(\.text))
      for (index, numbers) in numbers.enumerated() {
        places[index].append(numbers.map { ranks[Int(kept[Int($0)])] })
      }
    }
  }

  /// Maps the least used values to the one that stands for all others. No value at all stays what it is.
  private static func leaveOut(
    _ inputs: [Section],
    _ dimension: Int,
    _ numbers: [[UInt32]],
    _ table: inout TextTable,
    limit: Int
  ) throws -> [UInt32] {
    let other = table.number(of: Section.otherValue)
    var uses = [Int](repeating: 0, count: table.count)
    for (input, numbers) in zip(inputs, numbers) {
      let rows = try input.rows()
      for (value, count) in zip(rows.values[dimension], rows.uses) { uses[Int(numbers[Int(value)])] += count }
    }
    let ranking = uses.indices.filter { $0 != Int(other) && !table[UInt32($0)].isEmpty }
      .map { (uses: uses[$0], text: Array(table[UInt32($0)]), number: $0) }
      .sorted { $0.uses == $1.uses ? $0.text.lexicographicallyPrecedes($1.text) : $0.uses > $1.uses }
    var kept = [UInt32](0..<UInt32(table.count))
    // One less, so that what was merged once isn't cut again by the next merge.
    for entry in ranking.dropFirst(max(0, limit - 2)) { kept[entry.number] = other }
    return kept
  }
}

/// The first events of merged sections' users.
struct FirstEventsMerge {
  /// Of each user the minute (Unix) of the earliest event.
  private var minutes: [Int64]
  /// Of each user that event's row among the merged ones. Of two in one minute the earlier input's counts.
  private(set) var rows: [UInt32]
  private var sent: [FirstEvents.Sent?]

  /// - Parameters:
  ///   - inputs: in the order of their events.
  ///   - userPlaces: of each input and each of its users the place among the merged ones; rows likewise.
  /// - Throws: ``RollupDamage``
  init(_ inputs: [Section], users: Int, _ userPlaces: [[UInt32]], _ rowPlaces: [[UInt32]]) throws {
    minutes = Array(repeating: .max, count: users)
    rows = Array(repeating: 0, count: users)
    sent = Array(repeating: nil, count: users)
    for (index, input) in inputs.enumerated() {
      let firstEvents = try input.firstEvents()
      input.forget()
      guard input.header.rows > 0 || input.header.users == 0 else { throw input.damagedBlock() }
      let start = input.header.start / 60
      for (local, place) in userPlaces[index].enumerated() {
        let minute = start + Int64(firstEvents.minutes[local])
        guard minute < minutes[Int(place)] else { continue }
        minutes[Int(place)] = minute
        rows[Int(place)] = rowPlaces[index][Int(firstEvents.rows[local])]
      }
      for entry in firstEvents.sent {
        let place = userPlaces[index][Int(entry.user)]
        if let known = sent[Int(place)], known.segment > entry.segment { continue }
        sent[Int(place)] = FirstEvents.Sent(user: place, seconds: entry.seconds, segment: entry.segment)
      }
    }
  }

  /// - Parameter start: of the section, in Unix seconds; no event is earlier.
  func firstEvents(start: Int64) -> FirstEvents {
    var firstEvents = FirstEvents()
    firstEvents.minutes = minutes.map { UInt32(clamping: $0 - start / 60) }
    firstEvents.rows = rows
    firstEvents.sent = sent.compactMap { $0 }
    return firstEvents
  }
}
