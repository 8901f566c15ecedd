import HowUsedArchive

/// Sets users' bits by one section's tuples, a series after the other.
struct UserMarks {
  private let section: Section
  private let rows: SectionRows
  private let table: PointTable
  /// Of each of the section's users the number.
  private let numbers: [UInt32]
  private let blocks: [Range<Int>]
  /// Of each series its rows.
  private var wanted: [[Int32]]
  /// Of each bucket the bit; -1: none.
  private var bits: [Int32] = []
  /// Of each block how many series want it.
  private let wishes: [Int]
  private var left: [Int] = []
  /// Blocks that more series want.
  private var kept: [Int: SectionBlock] = [:]
  private var keptBytes = 0

  /// More isn't kept, and unpacked again.
  private static let keptLimit = 24 << 20

  /// - Parameters:
  ///   - series: of each row. Nil: all rows are in series 0.
  ///   - count: of series.
  init(_ section: Section, _ series: [Int32]?, _ count: Int, _ table: PointTable, _ numbers: [UInt32]) throws {
    self.section = section
    self.table = table
    self.numbers = numbers
    rows = try section.rows()
    blocks = section.blockRows()
    var wanted = [[Int32]](repeating: [], count: count)
    var last = [Int](repeating: -1, count: count)
    var wishes = [Int](repeating: 0, count: blocks.count)
    for (block, range) in blocks.enumerated() {
      for row in range {
        let series = Int(series?[row] ?? 0)
        guard series >= 0 else { continue }
        wanted[series].append(Int32(truncatingIfNeeded: row))
        if last[series] != block { wishes[block] += 1 }
        last[series] = block
      }
    }
    self.wanted = wanted
    self.wishes = wishes
  }

  /// - Parameter points: those whose bits are set, from the table's first.
  mutating func begin(_ points: Range<Int>) {
    left = wishes
    bits = table.points.map { points.contains(Int($0)) ? $0 - Int32(points.lowerBound) : -1 }
  }

  /// - Throws: ``RollupDamage``
  mutating func mark(_ series: Int, _ masks: UserMasks) throws {
    var next = 0
    let wanted = wanted[series]
    for index in blocks.indices where next < wanted.count && Int(wanted[next]) < blocks[index].upperBound {
      let start = next
      while next < wanted.count, Int(wanted[next]) < blocks[index].upperBound { next += 1 }
      guard mark(try block(index), blocks[index].lowerBound, wanted[start..<next], masks) else {
        throw section.damagedBlock()
      }
    }
  }

  private mutating func block(_ index: Int) throws -> SectionBlock {
    left[index] -= 1
    if let block = kept[index] {
      if left[index] == 0 {
        kept[index] = nil
        keptBytes -= block.pairs.count + block.tuples.count
      }
      return block
    }
    let block = try section.block(index, table.single == nil ? [.pairs, .tuples] : [.pairs])
    let size = block.pairs.count + block.tuples.count
    if left[index] > 0, keptBytes + size <= Self.keptLimit {
      kept[index] = block
      keptBytes += size
    }
    return block
  }

  /// - Parameters:
  ///   - first: the block's first row.
  ///   - wanted: rows of it.
  /// - Returns: false when the bytes can't be right.
  private func mark(_ block: SectionBlock, _ first: Int, _ wanted: ArraySlice<Int32>, _ masks: UserMasks) -> Bool {
    numbers.withUnsafeBufferPointer { numbers in
      bits.withUnsafeBufferPointer { bits in
        block.pairs.withUnsafeBytes { pairBytes in
          block.tuples.withUnsafeBytes { tupleBytes in
            var place = (row: first, pairs: 0, tuples: 0)
            for row in wanted {
              while place.row < row {
                place.pairs += Int(rows.pairBytes[place.row])
                place.tuples += Int(rows.tupleBytes[place.row])
                place.row += 1
              }
              var pairs = ByteReader(pairBytes, at: place.pairs)
              var tuples = ByteReader(tupleBytes, at: place.tuples)
              let count = Int(rows.pairs[Int(row)])
              let isSound =
                table.single != nil
                ? markAll(&pairs, count, numbers, bits, masks)
                : section.header.hasByteTuples
                  ? mark(&pairs, &tuples, count, numbers, bits, masks) { UInt64($0.byte()) }
                  : mark(&pairs, &tuples, count, numbers, bits, masks) { $0.varint() }
              guard isSound else { return false }
            }
            return true
          }
        }
      }
    }
  }

  /// Of those whose buckets are all of one point.
  @inline(__always)
  private func markAll(
    _ pairs: inout ByteReader,
    _ count: Int,
    _ numbers: UnsafeBufferPointer<UInt32>,
    _ bits: UnsafeBufferPointer<Int32>,
    _ masks: UserMasks
  ) -> Bool {
    guard let bit = bits.first, bit >= 0 else { return true }
    var user = 0
    for _ in 0..<count {
      user &+= Int(truncatingIfNeeded: pairs.varint())
      guard user >= 0, user < numbers.count else { return false }
      masks.words(numbers[user])[Int(bit) >> 6] |= 1 << UInt64(bit & 63)
    }
    return pairs.isSound
  }

  @inline(__always)
  private func mark(
    _ pairs: inout ByteReader,
    _ tuples: inout ByteReader,
    _ count: Int,
    _ numbers: UnsafeBufferPointer<UInt32>,
    _ bits: UnsafeBufferPointer<Int32>,
    _ masks: UserMasks,
    _ next: (inout ByteReader) -> UInt64
  ) -> Bool {
    var user = 0
    for _ in 0..<count {
      user &+= Int(truncatingIfNeeded: pairs.varint())
      guard user >= 0, user < numbers.count else { return false }
      let words = masks.words(numbers[user])
      var bucket = 0
      var tuple: UInt64
      repeat {
        // Behind the end come zeros, which end it.
        tuple = next(&tuples)
        bucket &+= Int(truncatingIfNeeded: tuple >> 1)
        guard bucket >= 0, bucket < bits.count else { return false }
        let bit = Int(bits[bucket])
        if bit >= 0 { words[bit >> 6] |= 1 << UInt64(truncatingIfNeeded: bit & 63) }
      } while tuple & 1 == 1
    }
    return pairs.isSound && tuples.isSound
  }
}
