import HowUsedArchive

/// Tuples of a section as numbers that are sorted all at once: row, user, bucket, and in the lowest bits how many uses
/// besides one. That is quicker than merging, or than keeping tables.
struct TupleKeys {
  private(set) var keys: [UInt64] = []
  private let userBits: UInt64
  private let bucketBits: UInt64
  private let countBits: UInt64
  private let rowBits: UInt64

  /// - Parameters:
  ///   - counts: whether tuples of more than one use are added; otherwise the same one is added repeatedly.
  init(rows: Int, users: Int, buckets: Int, counts: Bool) {
    rowBits = UInt64(RadixSort.bits(below: rows))
    userBits = UInt64(RadixSort.bits(below: users))
    bucketBits = UInt64(RadixSort.bits(below: buckets))
    countBits = counts ? min(16, 64 - min(rowBits + userBits + bucketBits, 64)) : 0
  }

  /// Whether so many fit into 64 bits.
  static func fits(rows: Int, users: Int, buckets: Int) -> Bool {
    RadixSort.bits(below: rows) + RadixSort.bits(below: users) + RadixSort.bits(below: buckets) <= 60
  }

  mutating func reserveCapacity(_ count: Int) { keys.reserveCapacity(count) }

  mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

  /// All below the numbers that were said at first.
  /// - Parameter count: from 1.
  @inline(__always)
  mutating func add(row: UInt32, user: UInt32, bucket: UInt32, count: Int) {
    let tuple = (UInt64(row) << userBits | UInt64(user)) << bucketBits | UInt64(bucket)
    var rest = UInt64(truncatingIfNeeded: count &- 1)
    let most: UInt64 = (1 << countBits) &- 1
    while rest > most {
      keys.append(tuple << countBits | most)
      rest &-= most &+ 1
    }
    keys.append(tuple << countBits | rest)
  }

  mutating func sort() {
    let shift = Int(countBits)
    RadixSort.sort(&keys, bits: shift..<shift + Int(bucketBits + userBits + rowBits))
  }

  /// Writes all rows, which are sorted.
  /// - Parameters:
  ///   - first: the number of the first row, for the encoder.
  ///   - values: of each row.
  func write(
    to encoder: inout SectionEncoder,
    first: Int = 0,
    values: (_ row: Int) -> TextNumbers
  ) throws {
    let (userShift, rowShift) = (bucketBits + countBits, userBits + bucketBits + countBits)
    let userMask: UInt64 = (1 << userBits) &- 1
    let bucketMask: UInt64 = (1 << bucketBits) &- 1
    let countMask: UInt64 = (1 << countBits) &- 1
    try keys.withUnsafeBufferPointer { keys in
      var index = 0
      while index < keys.count {
        let row = keys[index] >> rowShift
        try encoder.beginRow(
          values(Int(truncatingIfNeeded: row)),
          number: UInt32(truncatingIfNeeded: row &+ UInt64(truncatingIfNeeded: first))
        )
        while index < keys.count, keys[index] >> rowShift == row {
          let key = keys[index]
          var count = key & countMask &+ 1
          index &+= 1
          while index < keys.count, keys[index] >> countBits == key >> countBits {
            count &+= keys[index] & countMask &+ 1
            index &+= 1
          }
          try encoder.add(
            user: UInt32(truncatingIfNeeded: key >> userShift & userMask),
            bucket: UInt32(truncatingIfNeeded: key >> countBits & bucketMask),
            count: Int(truncatingIfNeeded: count)
          )
        }
      }
    }
  }
}
