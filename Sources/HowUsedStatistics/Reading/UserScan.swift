import HowUsedArchive

/// What is told who did something when.
protocol UserVisits {
  /// In the order of points for each user and series; a point may come twice, one after the other.
  /// - Parameters:
  ///   - user: numbered from 0 in the order of appearance.
  ///   - id: the same user's.
  mutating func visit(user: Int, id: Int64, series: Int, point: Int)
}

/// Finds out which users did something in which points, by series. One group of sections after the other; in each, a series
/// after the other, a bit for each user and point.
struct UserScan<Visits: UserVisits> {
  var visits: Visits
  /// Of the points. May be replaced by others that are the same up to where the last section ended.
  var bounds: [Int64]
  private let seriesCount: Int
  /// Users are left out unless this many low bits of their hash are 0.
  private let sampleBits: Int
  private var users = HashTable<Int64>()

  /// Bytes that users' bits take at most; with more users there are more rounds.
  private static var memory: Int { 24 << 20 }

  init(_ visits: Visits, series: Int, bounds: [Int64], sampleBits: Int = 0) {
    self.visits = visits
    self.bounds = bounds
    seriesCount = series
    self.sampleBits = sampleBits
  }

  /// - Parameters:
  ///   - sections: of one group, later than those before.
  ///   - series: of each section and each of its rows. Nil: all rows are in series 0.
  mutating func add(_ sections: [Section], series: [[Int32]?]) throws {
    guard let start = sections.map(\.header.start).min(), let end = sections.map(\.header.time.upperBound).max() else {
      return
    }
    let tables = sections.map { PointTable(bounds, $0.header, within: start..<end) }
    guard let count = tables.first?.count, let first = tables.first?.first, count > 0 else { return }
    let (ids, places) = try unite(sections)
    // Of those that are all in one point, and all wanted, nothing needs to be known but who they are.
    if sections.count == 1, let single = tables[0].single, series[0] == nil {
      for id in ids where isSampled(id) {
        visits.visit(user: Int(users.number(of: id)), id: id, series: 0, point: first + single)
      }
      return
    }
    var parts: [Part] = []
    for (index, section) in sections.enumerated() {
      parts.append(try Part(section, series[index], seriesCount, tables[index], places[index]))
    }
    let words = (count + 63) / 64
    let step = max(min(words, Self.memory / max(ids.count * 8, 1)), 1)
    for word in stride(from: 0, to: words, by: step) {
      let range = word..<min(word + step, words)
      var masks = [UInt64](repeating: 0, count: ids.count * range.count)
      for series in 0..<seriesCount {
        for index in parts.indices { try parts[index].mark(series, range, &masks) }
        take(&masks, ids, range, series, first)
      }
    }
  }

  /// The users of some sections together, and the place of each section's users among them; nil: they are the same.
  private func unite(_ sections: [Section]) throws -> (ids: [Int64], places: [[UInt32]?]) {
    if sections.count == 1 { return (try sections[0].users(), [nil]) }
    var table = HashTable<Int64>()
    let places = try sections.map { section in try section.users().map { table.number(of: $0) } }
    return (table.keys, places)
  }

  @inline(__always)
  private func isSampled(_ id: Int64) -> Bool {
    sampleBits == 0 || UInt64(bitPattern: id).mixed(0x5eed) & ((1 << UInt64(sampleBits)) - 1) == 0
  }

  private mutating func take(
    _ masks: inout [UInt64],
    _ ids: [Int64],
    _ words: Range<Int>,
    _ series: Int,
    _ first: Int
  ) {
    let width = words.count
    for place in ids.indices {
      var number = -1
      for word in 0..<width {
        var mask = masks[place &* width &+ word]
        guard mask != 0 else { continue }
        masks[place &* width &+ word] = 0
        if number < 0 {
          guard isSampled(ids[place]) else { continue }
          number = Int(users.number(of: ids[place]))
        }
        let start = first &+ (words.lowerBound &+ word) &* 64
        while mask != 0 {
          visits.visit(user: number, id: ids[place], series: series, point: start &+ mask.trailingZeroBitCount)
          mask &= mask &- 1
        }
      }
    }
  }

  /// One section of a group.
  private struct Part {
    let section: Section
    let rows: SectionRows
    let table: PointTable
    let places: [UInt32]?
    let blocks: [Range<Int>]
    /// Of each series its rows.
    var wanted: [[Int32]]
    /// Blocks that were unpacked; kept as long as several series want them.
    var unpacked: [Int: (block: SectionBlock, starts: [(pairs: Int, tuples: Int)])] = [:]
    let isKept: Bool

    init(_ section: Section, _ series: [Int32]?, _ count: Int, _ table: PointTable, _ places: [UInt32]?) throws {
      self.section = section
      self.table = table
      self.places = places
      rows = try section.rows()
      blocks = section.blockRows()
      wanted = Array(repeating: [], count: count)
      if let series {
        for (row, series) in series.enumerated() where series >= 0 { wanted[Int(series)].append(Int32(row)) }
      } else {
        wanted[0] = (0..<section.header.rows).map { Int32($0) }
      }
      isKept = count > 1
    }

    mutating func mark(_ series: Int, _ words: Range<Int>, _ masks: inout [UInt64]) throws {
      var index = 0
      var isSound = true
      for row in wanted[series] {
        let row = Int(row)
        while !blocks[index].contains(row) {
          if !isKept { unpacked[index] = nil }
          index += 1
        }
        if unpacked[index] == nil { try unpack(index) }
        guard let (block, starts) = unpacked[index] else { continue }
        let start = starts[row - blocks[index].lowerBound]
        isSound = mark(block, start, Int(rows.pairs[row]), words, &masks) && isSound
      }
      guard isSound else { throw section.damagedBlock() }
    }

    private mutating func unpack(_ index: Int) throws {
      let block = try section.block(index, table.single == nil ? [.pairs, .tuples] : [.pairs])
      var place = (pairs: 0, tuples: 0)
      let starts = blocks[index].map { row in
        defer { place = (place.pairs + Int(rows.pairBytes[row]), place.tuples + Int(rows.tupleBytes[row])) }
        return place
      }
      unpacked[index] = (block, starts)
    }

    /// Returns false when the bytes can't be right.
    private func mark(
      _ block: SectionBlock,
      _ start: (pairs: Int, tuples: Int),
      _ count: Int,
      _ words: Range<Int>,
      _ masks: inout [UInt64]
    ) -> Bool {
      let width = words.count
      let users = section.header.users
      let hasByteTuples = section.header.hasByteTuples
      return masks.withUnsafeMutableBufferPointer { masks in
        block.pairs.withUnsafeBytes { pairBytes in
          block.tuples.withUnsafeBytes { tupleBytes in
            table.points.withUnsafeBufferPointer { points in
              var pairs = ByteReader(pairBytes, at: start.pairs)
              var tuples = ByteReader(tupleBytes, at: start.tuples)
              var user = 0
              for _ in 0..<count {
                user &+= Int(truncatingIfNeeded: pairs.varint())
                guard user >= 0, user < users else { return false }
                let place = (places.map { Int($0[user]) } ?? user) &* width
                if let single = table.single {
                  let word = single >> 6 &- words.lowerBound
                  if word >= 0, word < width { masks[place &+ word] |= 1 << UInt64(single & 63) }
                  continue
                }
                var bucket = 0
                var tuple: UInt64
                repeat {
                  tuple = hasByteTuples ? UInt64(tuples.byte()) : tuples.varint()
                  bucket &+= Int(truncatingIfNeeded: tuple >> 1)
                  guard bucket >= 0, bucket < points.count, tuples.isSound else { return false }
                  let point = Int(points[bucket])
                  let word = point >> 6 &- words.lowerBound
                  if point >= 0, word >= 0, word < width { masks[place &+ word] |= 1 << UInt64(point & 63) }
                } while tuple & 1 == 1
              }
              return pairs.isSound
            }
          }
        }
      }
    }
  }
}

extension UserScan: Sendable, ScanSized, ScanState where Visits: ScanSized {
  var size: Int { users.count * 16 + visits.size }
}
