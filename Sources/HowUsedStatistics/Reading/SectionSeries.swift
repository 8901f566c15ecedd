/// Which series a section's rows belong to, and which of these its figures tell.
struct SectionSeries {
  /// Whose figures; see ``SectionFigures``.
  private(set) var dimension = SectionFigures.everything
  /// Of the values with figures that tell a series, or a part of it: the place among them, and the series.
  private(set) var told: [(place: Int, series: Int32)] = []
  /// Of each row the series when figures tell it, else ``RowSelection/none``. Nil: all rows are in series 0.
  private(set) var toldRows: [Int32]?
  /// Of each row the series unless figures tell it. Nil: none are left.
  private(set) var otherRows: [Int32]?

  /// - Parameters:
  ///   - adds: whether a series is the sum of its values: of users it isn't, so figures tell only series of one value.
  ///   - series: see ``RowSelection/series(of:_:)``.
  init(
    _ section: Section,
    _ selection: RowSelection,
    adds: Bool,
    _ series: (_ name: [UInt8]) -> Int32
  ) throws {
    guard let figures = try section.figures(), let decisive = selection.decisive(in: section, series),
      !figures.values[decisive.dimension].isEmpty
    else {
      otherRows = try selection.series(of: section, series)
      return
    }
    dimension = decisive.dimension
    var owners: [Int32: Int] = [:]
    for series in decisive.series { owners[series, default: 0] += 1 }
    var others = decisive.series
    for (place, value) in figures.values[dimension].enumerated() {
      let series = others[Int(value)]
      guard series != RowSelection.none, adds || (series >= 0 && owners[series] == 1) else { continue }
      told.append((place, series))
      others[Int(value)] = RowSelection.none
    }
    if others.contains(where: { $0 != RowSelection.none }) { otherRows = try rows(others, section) }
    guard !adds, decisive != (SectionFigures.everything, [0]) else { return }
    toldRows = try rows(zip(decisive.series, others).map { $0 == $1 ? RowSelection.none : $0 }, section)
  }

  private func rows(_ series: [Int32], _ section: Section) throws -> [Int32] {
    guard dimension < SectionFigures.everything else { return Array(repeating: series[0], count: section.header.rows) }
    return try section.rows().values[dimension].map { series[Int($0)] }
  }
}

extension UsesScan {
  mutating func add(_ section: Section, _ series: SectionSeries) throws {
    if !series.told.isEmpty {
      add(section, try section.figures(.uses, series.dimension), series.told)
    }
    if let rows = series.otherRows { try add(section, series: rows) }
  }
}

extension UserScan where Visits == UserCounts {
  /// - Parameters:
  ///   - sections: of one group, later than those before.
  ///   - series: see ``RowSelection/series(of:_:)``.
  mutating func add(_ sections: [Section], _ selection: RowSelection, _ series: (_ name: [UInt8]) -> Int32) throws {
    func rows(_ section: Section) throws -> [Int32]? {
      let decisive = selection.decisive(in: section, series)
      if let decisive, decisive == (SectionFigures.everything, [0]) { return nil }
      return try selection.series(of: section, series)
    }
    // Of one point alone the totals tell everything.
    if bounds.count == 2, try sections.allSatisfy({ try isAllWithin($0) }) {
      visits.begin(group, mayGrow: mayGrow, width: 0, users: users.count)
      for section in sections { try see(section, series: try rows(section)) }
    } else if try sections.count != 1 || sampleBits > 0 || !add(sections[0], selection, series) {
      try add(sections, series: try sections.map { try rows($0) })
    }
  }

  /// Figures tell the points, and who is in a row at all the totals.
  /// - Returns: false when it can't be done so.
  private mutating func add(
    _ section: Section,
    _ selection: RowSelection,
    _ series: (_ name: [UInt8]) -> Int32
  ) throws -> Bool {
    guard isFirst, try section.figures() != nil, let hours = hours(of: section), try isAllWithin(section) else {
      return false
    }
    let series = try SectionSeries(section, selection, adds: false, series)
    guard !series.told.isEmpty else { return false }
    // Who was there when isn't known then: so nothing can be added later.
    mayGrow = false
    visits.begin(group, mayGrow: false, width: 0, users: users.count)
    let users = try section.figures(.users, series.dimension)
    let width = SectionFigures.width(.users, section.header)
    for (place, number) in series.told {
      for (point, bucket) in hours {
        visits.add(Int64(users[place * width + bucket]), point: point, series: Int(number))
      }
    }
    try see(section, series: series.toldRows)
    if let rows = series.otherRows { try add([section], series: [rows]) }
    return true
  }

  /// Everybody who is in some rows of a section, whenever.
  /// - Parameter series: of each row. Nil: all rows are in series 0.
  private mutating func see(_ section: Section, series: [Int32]?) throws {
    let numbers = numbers(of: try section.users())
    let count = users.count
    guard let series else {
      var next = numbers.makeIterator()
      return visits.see(series: 0, users: count) { next.next() }
    }
    let rows = try section.rows()
    for (index, range) in section.blockRows().enumerated() where range.contains(where: { series[$0] >= 0 }) {
      let isSound = try section.block(index, .pairs).pairs.withUnsafeBytes { bytes in
        var start = 0
        for row in range {
          defer { start += Int(rows.pairBytes[row]) }
          guard series[row] >= 0 else { continue }
          var (pairs, user, left) = (ByteReader(bytes, at: start), UInt64(0), rows.pairs[row])
          visits.see(series: Int(series[row]), users: count) {
            guard left > 0 else { return nil }
            left &-= 1
            user &+= pairs.shortVarint()
            return user < UInt64(numbers.count) ? numbers[Int(truncatingIfNeeded: user)] : UserBatch.nobody
          }
          guard pairs.isSound, user < UInt64(numbers.count) else { return false }
        }
        return true
      }
      guard isSound else { throw section.damagedBlock() }
    }
  }

  /// The points that are in a section, and with which bucket each begins. Nil when one isn't a whole hour of it.
  private func hours(of section: Section) -> [(point: Int, bucket: Int)]? {
    let header = section.header
    let table = PointTable(bounds, header, within: header.time)
    let length = header.bucket * Int64(SectionFigures.window)
    var hours: [(point: Int, bucket: Int)] = []
    for point in table.first..<table.first + table.count {
      let (start, end) = (bounds[point] - header.start, bounds[point + 1] - header.start)
      guard start >= 0, end <= header.span, end - start == length, start % header.bucket == 0 else { return nil }
      hours.append((point, Int(start / header.bucket)))
    }
    return hours
  }

  /// Whether everything that is in a section is within the points.
  private func isAllWithin(_ section: Section) throws -> Bool {
    let header = section.header
    if bounds[0] <= header.start, bounds[bounds.count - 1] >= header.time.upperBound { return true }
    let points = PointTable(bounds, header, within: header.time).points
    guard try section.figures() != nil else { return false }
    return try zip(section.figures(.uses, SectionFigures.everything), points)
      .reduce(0) { $0 + ($1.1 >= 0 ? Int($1.0) : 0) } == header.uses
  }
}
