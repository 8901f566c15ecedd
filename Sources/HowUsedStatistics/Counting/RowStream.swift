/// Reads rows of a section one after the other, with one block in memory. Going forward is quick, going back is not.
struct RowStream {
  private let section: Section
  let rows: SectionRows
  private let blocks: [Range<Int>]
  private var index = -1
  private var block = SectionBlock(pairs: [], tuples: [], counts: [])
  /// Where the next row of the block begins in its columns, and which one that is.
  private var place = Place()
  private var next = 0

  private struct Place {
    var pairs = 0
    var tuples = 0
    var counts = 0
  }

  /// - Throws: ``RollupDamage``
  init(_ section: Section) throws {
    self.section = section
    rows = try section.rows()
    blocks = section.blockRows()
  }

  /// Gives out the tuples of some rows. What can't be ends it with an error, perhaps after some were given out.
  /// - Parameter body: the user's place and the bucket are those of the section, and below its users and buckets.
  /// - Throws: ``RollupDamage``
  @inline(__always)
  mutating func forEach(
    _ wanted: Range<Int>,
    _ body: (_ row: Int, _ user: UInt32, _ bucket: UInt32, _ count: Int) -> Void
  ) throws {
    var row = wanted.lowerBound
    while row < wanted.upperBound {
      try seek(row)
      let end = min(wanted.upperBound, blocks[index].upperBound)
      guard decode(row..<end, body) else { throw section.damagedBlock() }
      row = end
    }
  }

  private mutating func seek(_ row: Int) throws {
    if index >= 0, blocks[index].contains(row), next <= row {
      for skipped in next..<row { skip(skipped) }
    } else {
      var found = index >= 0 && blocks[index].upperBound <= row ? index + 1 : 0
      while found < blocks.count, !blocks[found].contains(row) { found += 1 }
      guard found < blocks.count else { throw section.damagedBlock() }
      if found != index {
        block = try section.block(found, [.pairs, .tuples, .counts])
        index = found
      }
      place = Place()
      for skipped in blocks[found].lowerBound..<row { skip(skipped) }
    }
    next = row
  }

  private mutating func skip(_ row: Int) {
    place.pairs += Int(rows.pairBytes[row])
    place.tuples += Int(rows.tupleBytes[row])
    place.counts += Int(rows.countBytes[row])
  }

  /// False when the bytes aren't what they should be.
  @inline(__always)
  private mutating func decode(
    _ wanted: Range<Int>,
    _ body: (_ row: Int, _ user: UInt32, _ bucket: UInt32, _ count: Int) -> Void
  ) -> Bool {
    let (userCount, bucketCount) = (UInt64(section.header.users), UInt64(section.header.buckets))
    let hasByteTuples = section.header.hasByteTuples
    var isSound = true
    block.pairs.withUnsafeBytes { pairBytes in
      block.tuples.withUnsafeBytes { tupleBytes in
        block.counts.withUnsafeBytes { countBytes in
          var pairs = ByteReader(pairBytes, at: place.pairs)
          var tuples = ByteReader(tupleBytes, at: place.tuples)
          var counts = ByteReader(countBytes, at: place.counts)
          for row in wanted {
            var user: UInt64 = 0
            for _ in 0..<rows.pairs[row] {
              user &+= pairs.varint()
              var bucket: UInt64 = 0
              var tuple: UInt64
              repeat {
                tuple = hasByteTuples ? UInt64(tuples.byte()) : tuples.varint()
                bucket &+= tuple >> 1
                let count = counts.varint()
                guard user < userCount, bucket < bucketCount, count < 1 << 40 else { return isSound = false }
                body(
                  row,
                  UInt32(truncatingIfNeeded: user),
                  UInt32(truncatingIfNeeded: bucket),
                  Int(truncatingIfNeeded: count) &+ 1
                )
              } while tuple & 1 != 0 && tuples.isSound
            }
            // A row that is longer or shorter than its sizes say would shift all that follow.
            guard pairs.offset == place.pairs + Int(rows.pairBytes[row]),
              tuples.offset == place.tuples + Int(rows.tupleBytes[row]),
              counts.offset == place.counts + Int(rows.countBytes[row]),
              pairs.isSound, tuples.isSound, counts.isSound
            else { return isSound = false }
            place = Place(pairs: pairs.offset, tuples: tuples.offset, counts: counts.offset)
          }
        }
      }
    }
    next = wanted.upperBound
    return isSound
  }
}
