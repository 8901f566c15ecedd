/// The order in which rows lie in a section.
enum CombinationOrder {
  /// Sorts by the numbers of the event, then of the params.
  /// - Parameter counts: how many numbers there are of each.
  static func sorted<Tag>(
    _ combinations: [(key: TextNumbers, number: Tag)],
    counts: [Int]
  ) -> [(key: TextNumbers, number: Tag)] {
    let bits = counts.map { RadixSort.bits(below: $0) }
    let indexBits = RadixSort.bits(below: combinations.count)
    let width = bits.reduce(0, +)
    guard width + indexBits <= 64 else {
      return combinations.sorted { ($0.key.low, $0.key.high) < ($1.key.low, $1.key.high) }
    }
    var keys = combinations.enumerated().map { index, entry in
      var key: UInt64 = 0
      for place in 0..<4 { key = key << UInt64(bits[place]) | UInt64(entry.key[place]) }
      return key << UInt64(indexBits) | UInt64(index)
    }
    RadixSort.sort(&keys, bits: indexBits..<indexBits + width)
    return keys.map { combinations[Int(truncatingIfNeeded: $0 & ((1 << UInt64(indexBits)) - 1))] }
  }
}
