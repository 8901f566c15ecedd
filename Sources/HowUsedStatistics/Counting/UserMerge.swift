import HowUsedModel

/// Merges lists of users.
enum UserMerge {
  /// - Parameters:
  ///   - lists: each ascending.
  ///   - slice: users of all lists in memory at once, about.
  /// - Returns: all of them, ascending, and of each list and each of its users the place among them.
  static func merge(_ lists: [[Int64]], slice: Int = 1 << 20) -> (users: [Int64], places: [[UInt32]]) {
    if lists.count == 1 { return (lists[0], [Array(0..<UInt32(lists[0].count))]) }
    var places = lists.map { [UInt32](repeating: 0, count: $0.count) }
    var users: [Int64] = []
    users.reserveCapacity(lists.map(\.count).max() ?? 0)
    forEach(lists, slice: slice) { list, index, user in
      if users.last != user { users.append(user) }
      places[list][index] = UInt32(truncatingIfNeeded: users.count &- 1)
    }
    return (users, places)
  }

  /// Calls `body` with each user of each list, ascending by users.
  private static func forEach(
    _ lists: [[Int64]],
    slice: Int,
    _ body: (_ list: Int, _ index: Int, _ user: Int64) -> Void
  ) {
    guard let longest = lists.max(by: { $0.count < $1.count }), !longest.isEmpty else { return }
    let slices = lists.reduce(0) { $0 + $1.count } / slice + 1
    var starts = lists.map { _ in 0 }
    for slice in 1...slices {
      // Where a list is cut the others are, too: users are spread alike in all.
      let end = slice < slices ? longest[longest.count * slice / slices] : nil
      let ranges = lists.indices.map { list in
        let start = starts[list]
        starts[list] = end.map { end in lists[list][start...].partitioningIndex { $0 >= end } } ?? lists[list].count
        return start..<starts[list]
      }
      forEach(lists, ranges, body)
    }
  }

  private static func forEach(
    _ lists: [[Int64]],
    _ ranges: [Range<Int>],
    _ body: (_ list: Int, _ index: Int, _ user: Int64) -> Void
  ) {
    let used = lists.indices.filter { !ranges[$0].isEmpty }
    guard let least = used.map({ lists[$0][ranges[$0].lowerBound] }).min(),
      let most = used.map({ lists[$0][ranges[$0].upperBound - 1] }).max()
    else { return }
    let indexBits = UInt64(RadixSort.bits(below: ranges.map(\.count).max() ?? 0))
    let listBits = UInt64(RadixSort.bits(below: lists.count))
    let shift = indexBits + listBits
    let width = 64 - UInt64(UInt64(bitPattern: most &- least).leadingZeroBitCount)
    guard width + shift <= 64, shift < 64 else { return forEachFarApart(lists, ranges, body) }
    var keys: [UInt64] = []
    keys.reserveCapacity(ranges.reduce(0) { $0 + $1.count })
    for list in used {
      let start = ranges[list].lowerBound
      for index in ranges[list] {
        let place = UInt64(list) << indexBits | UInt64(truncatingIfNeeded: index &- start)
        keys.append(UInt64(bitPattern: lists[list][index] &- least) << shift | place)
      }
    }
    RadixSort.sort(&keys, bits: Int(shift)..<Int(shift + width))
    let indexMask: UInt64 = (1 << indexBits) - 1
    let listMask: UInt64 = (1 << listBits) - 1
    for key in keys {
      let list = Int(truncatingIfNeeded: key >> indexBits & listMask)
      let index = ranges[list].lowerBound &+ Int(truncatingIfNeeded: key & indexMask)
      body(list, index, least &+ Int64(bitPattern: key >> shift))
    }
  }

  private static func forEachFarApart(
    _ lists: [[Int64]],
    _ ranges: [Range<Int>],
    _ body: (_ list: Int, _ index: Int, _ user: Int64) -> Void
  ) {
    var all: [(user: Int64, list: Int, index: Int)] = []
    for (list, range) in ranges.enumerated() {
      for index in range { all.append((lists[list][index], list, index)) }
    }
    all.sort { ($0.user, $0.list) < ($1.user, $1.list) }
    for entry in all { body(entry.list, entry.index, entry.user) }
  }
}
