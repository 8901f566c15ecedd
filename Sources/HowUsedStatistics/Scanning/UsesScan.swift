import HowUsedArchive

/// Adds up uses by series and point.
struct UsesScan: ScanState {
  /// Of each series its points; missing behind the last one that had any.
  private var values: [[Int64]] = []
  /// Of rows of which nobody knows whether they are asked for.
  private var unattributed: [Int64] = []
  /// Of the points. May be replaced by others that are the same up to where the last section ended.
  var bounds: [Int64]

  init(bounds: [Int64]) { self.bounds = bounds }

  var size: Int { values.reduce(0) { $0 + $1.count * 8 + 32 } }

  func values(of series: Int) -> [Int64] { padded(series < values.count ? values[series] : []) }
  var unattributedValues: [Int64] { padded(unattributed) }

  func total(of series: Int) -> Int64 { series < values.count ? values[series].reduce(0, +) : 0 }

  private func padded(_ values: [Int64]) -> [Int64] {
    values + Array(repeating: 0, count: bounds.count - 1 - values.count)
  }

  /// - Parameter series: of each row.
  mutating func add(_ section: Section, series: [Int32]) throws {
    makeRoom(series.max())
    let table = PointTable(bounds, section.header, within: section.header.time)
    guard table.count > 0 else { return }
    let rows = try section.rows()
    if let single = table.single {
      for (row, series) in series.enumerated() {
        add(Int64(rows.uses[row]), series, table.first + single)
      }
      return
    }
    // Those that nobody can attribute come last.
    let count = (values.count + 1) * table.count
    var sums = [Int64](repeating: 0, count: count)
    for (index, range) in section.blockRows().enumerated()
    where range.contains(where: { series[$0] != RowSelection.none }) {
      let block = try section.block(index, [.tuples, .counts])
      guard Self.add(block, range, rows, series, table, section.header.hasByteTuples, &sums) else {
        throw section.damagedBlock()
      }
    }
    for (place, sum) in sums.enumerated() where sum > 0 {
      let series = place / table.count
      add(sum, series < values.count ? Int32(series) : RowSelection.unattributed, table.first + place % table.count)
    }
  }

  /// - Parameters:
  ///   - figures: of each value that has any its uses by bucket.
  ///   - told: the values that are asked for, and the series of each.
  mutating func add(_ section: Section, _ figures: [UInt32], _ told: [(place: Int, series: Int32)]) {
    makeRoom(told.map(\.series).max())
    let table = PointTable(bounds, section.header, within: section.header.time)
    let buckets = section.header.buckets
    for (place, series) in told {
      for (uses, point) in zip(figures[place * buckets..<(place + 1) * buckets], table.points)
      where point >= 0 && uses > 0 {
        add(Int64(uses), series, table.first + Int(point))
      }
    }
  }

  private mutating func makeRoom(_ series: Int32?) {
    guard let series, Int(series) >= values.count else { return }
    values += Array(repeating: [], count: Int(series) + 1 - values.count)
  }

  private mutating func add(_ count: Int64, _ series: Int32, _ point: Int) {
    if series >= 0 {
      let series = Int(series)
      if point >= values[series].count {
        values[series] += Array(repeating: 0, count: point + 1 - values[series].count)
      }
      values[series][point] &+= count
    } else if series == RowSelection.unattributed {
      if point >= unattributed.count { unattributed += Array(repeating: 0, count: point + 1 - unattributed.count) }
      unattributed[point] &+= count
    }
  }

  /// - Parameter sums: of each series its points.
  /// - Returns: false when the bytes can't be right.
  private static func add(
    _ block: SectionBlock,
    _ range: Range<Int>,
    _ rows: SectionRows,
    _ series: [Int32],
    _ table: PointTable,
    _ hasByteTuples: Bool,
    _ sums: inout [Int64]
  ) -> Bool {
    let others = sums.count - table.count
    return sums.withUnsafeMutableBufferPointer { sums in
      table.points.withUnsafeBufferPointer { points in
        block.tuples.withUnsafeBytes { tuples in
          block.counts.withUnsafeBytes { counts in
            var (tupleStart, countStart) = (0, 0)
            for row in range {
              if series[row] != RowSelection.none {
                let start = series[row] >= 0 ? Int(series[row]) * table.count : others
                var tupleReader = ByteReader(tuples, at: tupleStart)
                var countReader = ByteReader(counts, at: countStart)
                var bucket = 0
                for _ in 0..<rows.tuples[row] {
                  let tuple = hasByteTuples ? UInt64(tupleReader.byte()) : tupleReader.varint()
                  bucket &+= Int(truncatingIfNeeded: tuple >> 1)
                  let count = Int64(truncatingIfNeeded: countReader.varint()) &+ 1
                  guard bucket >= 0, bucket < points.count else { return false }
                  let point = Int(points[bucket])
                  if point >= 0 { sums[start &+ point] &+= count }
                  if tuple & 1 == 0 { bucket = 0 }
                }
                guard tupleReader.isSound, countReader.isSound else { return false }
              }
              tupleStart += Int(rows.tupleBytes[row])
              countStart += Int(rows.countBytes[row])
            }
            return true
          }
        }
      }
    }
  }
}

/// Finds the highest number of users within two minutes, of each point.
struct PeakScan: ScanState {
  /// Missing behind the last point with anybody.
  private var peaks: [Int64] = []
  var bounds: [Int64]
  private var group = 0..<Int64(0)
  private var mayGrow = false
  /// Of a group that more may come of: by day, who was there when.
  private var open: [Int64: OpenMinutes] = [:]
  private(set) var takesMore = true

  /// More uses of a day aren't kept one by one.
  private static let openLimit = 1 << 20

  private let users: UserDirectory

  init(bounds: [Int64], users: UserDirectory) {
    self.bounds = bounds
    self.users = users
  }

  var directory: UserDirectory? { users }
  var size: Int { peaks.count * 8 + open.values.reduce(0) { $0 + $1.size } }
  var values: [Int64] { peaks + Array(repeating: 0, count: bounds.count - 1 - peaks.count) }

  mutating func begin(_ group: Range<Int64>, mayGrow: Bool) {
    if group != self.group { (open, takesMore) = ([:], true) }
    self.group = group
    self.mayGrow = mayGrow
  }

  /// - Parameter sections: of one group.
  mutating func add(_ sections: [Section]) throws {
    for section in sections where section.header.bucket > 60 {
      for (bucket, peak) in try section.peaks().enumerated() {
        add(peak, at: section.header.start + Int64(bucket) * section.header.bucket)
      }
    }
    let days = Dictionary(grouping: sections.filter { $0.header.bucket == 60 }, by: \.header.start)
    for (start, sections) in days {
      for (minute, peak) in try minutes(start, sections).enumerated() where peak > 0 {
        add(peak, at: start + Int64(minute) * 60)
      }
    }
  }

  private mutating func minutes(_ start: Int64, _ sections: [Section]) throws -> [UInt32] {
    guard mayGrow, open[start] != nil || sections.reduce(0, { $0 + $1.header.tuples }) <= Self.openLimit else {
      takesMore = false
      return try MinutePeaks.minutes(sections)
    }
    try open[start, default: OpenMinutes()].add(sections, users)
    return open[start]?.peaks ?? []
  }

  private mutating func add(_ peak: UInt32, at seconds: Int64) {
    guard let point = PointTable.point(at: seconds, bounds) else { return }
    if point >= peaks.count { peaks += Array(repeating: 0, count: point + 1 - peaks.count) }
    peaks[point] = max(peaks[point], Int64(peak))
  }
}
