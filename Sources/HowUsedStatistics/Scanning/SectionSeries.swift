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

extension UserScan where Visitor == UserCounts {
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
      visitor.begin(group, mayGrow: mayGrow, width: 0, users: users.count)
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
    visitor.begin(group, mayGrow: false, width: 0, users: users.count)
    let users = try section.figures(.users, series.dimension)
    let width = SectionFigures.width(.users, section.header)
    for (place, number) in series.told {
      for (point, bucket) in hours {
        visitor.add(Int64(users[place * width + bucket]), point: point, series: Int(number))
      }
    }
    guard let others = series.otherRows else {
      try see(section, series: series.toldRows)
      return true
    }
    let rows = zip(series.toldRows ?? others, others).map { max($0, $1) }
    let isApart = try see(section, series: rows)
    let other = others.max() ?? RowSelection.none
    if isApart, !rows.contains(where: { $0 < 0 }), others.allSatisfy({ $0 < 0 || $0 == other }) {
      // Everybody is in one series: whoever isn't in those that figures tell is in the last one.
      let all = try section.figures(.users, SectionFigures.everything)
      for (point, bucket) in hours {
        let told = series.told.reduce(0) { $0 + Int64(users[$1.place * width + bucket]) }
        visitor.add(Int64(all[bucket]) - told, point: point, series: Int(other))
      }
    } else {
      try add([section], series: [others])
    }
    return true
  }

  /// Everybody who is in some rows of a section, whenever.
  /// - Parameter series: of each row. Nil: all rows are in series 0.
  /// - Returns: whether nobody is in two series.
  @discardableResult
  private mutating func see(_ section: Section, series: [Int32]?) throws -> Bool {
    let numbers = numbers(of: try section.users())
    guard let series else {
      for user in numbers { visitor.see(user, series: 0) }
      return true
    }
    let rows = try section.rows()
    // Of each user the first series: often it's the only one. How often it wasn't; many times, and this is in vain.
    var first = [Int16](repeating: Int16(RowSelection.none), count: numbers.count)
    var strays = 0
    for (index, range) in section.blockRows().enumerated() where range.contains(where: { series[$0] >= 0 }) {
      let isSound = try section.block(index, .pairs).pairs.withUnsafeBytes { bytes in
        first.withUnsafeMutableBufferPointer { first in
          var start = 0
          for row in range {
            defer { start += Int(rows.pairBytes[row]) }
            guard series[row] >= 0 else { continue }
            let own = Int16(truncatingIfNeeded: series[row])
            var (pairs, user) = (ByteReader(bytes, at: start), UInt64(0))
            for _ in 0..<rows.pairs[row] {
              user &+= pairs.shortVarint()
              guard user < UInt64(first.count) else { return false }
              let place = Int(truncatingIfNeeded: user)
              if strays <= first.count / 8 {
                let known = first[place]
                if known == own { continue }
                if known < 0 {
                  first[place] = own
                  continue
                }
                strays &+= 1
              }
              visitor.see(numbers[place], series: own)
            }
            guard pairs.isSound else { return false }
          }
          return true
        }
      }
      guard isSound else { throw section.damagedBlock() }
    }
    for (user, series) in zip(numbers, first) where series >= 0 { visitor.see(user, series: series) }
    return strays == 0
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
