import HowUsedArchive

/// Sets users' bits by one section's tuples, a series after the other.
struct UserMarks {
  private let section: Section
  private let rows: SectionRows
  private let table: PointTable
  /// Of each of the section's users the place among the group's; nil: it is the same.
  private let places: [UInt32]?
  /// Whether all rows are wanted, and all of one point: then the users alone tell everything.
  private let isEverybody: Bool
  private let blocks: [Range<Int>]
  /// Of each series its rows.
  private var wanted: [[Int32]]
  /// How far each row was read.
  private var cursors: [Cursor] = []
  /// Of each block how many series want it, and how often one will yet.
  private let wishes: [Int]
  private var asked: [Int]
  /// Blocks that are wanted again.
  private var kept: [Int: SectionBlock] = [:]
  private var keptBytes = 0

  /// More bytes aren't kept, and unpacked again.
  static let keptLimit = 32 << 20

  private struct Cursor {
    /// Where in the block's columns.
    var pairs: UInt32
    var tuples: UInt32
    /// Pairs that are left, and the user of the one before.
    var left: UInt32
    var user: UInt32 = 0
  }

  /// Bytes that will be unpacked, at most.
  var size: Int {
    var sum = 0
    if isEverybody { return 0 }
    for row in 0..<section.header.rows {
      sum += Int(rows.pairBytes[row]) + (table.single == nil ? Int(rows.tupleBytes[row]) : 0)
    }
    return sum
  }

  /// - Parameters:
  ///   - series: of each row. Nil: all rows are in series 0.
  ///   - count: of series.
  init(_ section: Section, _ series: [Int32]?, _ count: Int, _ table: PointTable, _ places: [UInt32]?) throws {
    self.section = section
    self.table = table
    self.places = places
    isEverybody = series == nil && table.single != nil
    rows = try section.rows()
    blocks = section.blockRows()
    var wanted = [[Int32]](repeating: [], count: count)
    var last = [Int](repeating: -1, count: count)
    var wishes = [Int](repeating: 0, count: blocks.count)
    cursors.reserveCapacity(section.header.rows)
    for (block, range) in blocks.enumerated() {
      var (pairs, tuples): (UInt32, UInt32) = (0, 0)
      for row in range {
        cursors.append(Cursor(pairs: pairs, tuples: tuples, left: rows.pairs[row]))
        pairs &+= rows.pairBytes[row]
        tuples &+= rows.tupleBytes[row]
        let series = Int(series?[row] ?? 0)
        guard series >= 0 else { continue }
        wanted[series].append(Int32(truncatingIfNeeded: row))
        if last[series] != block { wishes[block] += 1 }
        last[series] = block
      }
    }
    self.wanted = wanted
    self.wishes = wishes
    asked = wishes.map { _ in 0 }
  }

  /// - Parameters:
  ///   - masks: of users behind those of the call before for the same series.
  ///   - rounds: how many such calls there will be.
  /// - Throws: ``RollupDamage``
  mutating func mark(_ series: Int, _ masks: UserMasks, rounds: Int) throws {
    if isEverybody {
      if series == 0 { markEverybody(masks) }
      return
    }
    var next = 0
    let wanted = wanted[series]
    for index in blocks.indices where next < wanted.count && Int(wanted[next]) < blocks[index].upperBound {
      let start = next
      while next < wanted.count, Int(wanted[next]) < blocks[index].upperBound { next += 1 }
      guard mark(try block(index, rounds), wanted[start..<next], masks) else {
        throw section.damagedBlock()
      }
    }
  }

  private func markEverybody(_ masks: UserMasks) {
    let single = table.single ?? 0
    for user in 0..<section.header.users {
      let place = places.map { Int($0[user]) } ?? user
      if masks.places.contains(place) { masks.mark(place, 0)[single >> 6] |= 1 << UInt64(single & 63) }
    }
  }

  private mutating func block(_ index: Int, _ rounds: Int) throws -> SectionBlock {
    asked[index] += 1
    let isLast = asked[index] >= wishes[index] * rounds
    if let block = kept[index] {
      if isLast {
        kept[index] = nil
        keptBytes -= block.pairs.count + block.tuples.count
      }
      return block
    }
    let block = try section.block(index, table.single == nil ? [.pairs, .tuples] : [.pairs])
    let size = block.pairs.count + block.tuples.count
    if !isLast, keptBytes + size <= Self.keptLimit {
      kept[index] = block
      keptBytes += size
    }
    return block
  }

  /// - Returns: false when the bytes can't be right.
  private mutating func mark(_ block: SectionBlock, _ wanted: ArraySlice<Int32>, _ masks: UserMasks) -> Bool {
    let hasByteTuples = section.header.hasByteTuples
    return block.pairs.withUnsafeBytes { pairs in
      block.tuples.withUnsafeBytes { tuples in
        for row in wanted where cursors[Int(row)].left > 0 {
          guard let found = markUsers(Int(row), pairs, masks) else { return false }
          if let single = table.single {
            for words in found { words[single >> 6] |= 1 << UInt64(single & 63) }
          } else {
            let isSound =
              hasByteTuples
              ? markPoints(Int(row), found, tuples) { UInt64($0.byte()) }
              : markPoints(Int(row), found, tuples) { $0.shortVarint() }
            guard isSound else { return false }
          }
        }
        return true
      }
    }
  }

  /// A row's next pairs, up to the last user that is wanted.
  /// - Returns: each one's words; nil when the bytes can't be right.
  @inline(__always)
  private mutating func markUsers(_ row: Int, _ bytes: UnsafeRawBufferPointer, _ masks: UserMasks) -> UserMasks.Found? {
    let users = section.header.users
    let end = masks.places.upperBound
    var cursor = cursors[row]
    var pairs = ByteReader(bytes, at: Int(cursor.pairs))
    var user = Int(cursor.user)
    var count = 0
    while count < cursor.left {
      let before = pairs.offset
      let next = user &+ Int(truncatingIfNeeded: pairs.shortVarint())
      // In a row each user is there once.
      guard next >= user, next < users, pairs.isSound else { return nil }
      let place = places.map { Int($0[next]) } ?? next
      guard place < end else {
        pairs.offset = before
        break
      }
      guard count < masks.size else { return nil }
      user = next
      masks.mark(place, count)
      count &+= 1
    }
    cursor.pairs = UInt32(truncatingIfNeeded: pairs.offset)
    cursor.user = UInt32(truncatingIfNeeded: user)
    cursor.left -= UInt32(truncatingIfNeeded: count)
    cursors[row] = cursor
    return masks.found(count)
  }

  /// The tuples of these. Whether a pair has another one can't be foreseen, so nothing branches on it.
  @inline(__always)
  private mutating func markPoints(
    _ row: Int,
    _ found: UserMasks.Found,
    _ bytes: UnsafeRawBufferPointer,
    _ next: (inout ByteReader) -> UInt64
  ) -> Bool {
    var tuples = ByteReader(bytes, at: Int(cursors[row].tuples))
    let isSound = table.points.withUnsafeBufferPointer { points in
      var pair = 0
      var bucket: UInt64 = 0
      while pair < found.count {
        let tuple = next(&tuples)
        bucket &+= tuple >> 1
        guard bucket < UInt64(points.count), tuples.isSound else { return false }
        let point = Int(points[Int(truncatingIfNeeded: bucket)])
        if point >= 0 { found[pair][point >> 6] |= 1 << UInt64(truncatingIfNeeded: point & 63) }
        pair &+= Int(truncatingIfNeeded: ~tuple & 1)
        bucket &= 0 &- (tuple & 1)
      }
      return true
    }
    cursors[row].tuples = UInt32(truncatingIfNeeded: tuples.offset)
    return isSound
  }
}
