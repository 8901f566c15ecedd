extension RandomAccessCollection {
  /// Where the first element is that `isBehind`, by binary search; the end when there is none. Those that aren't come first.
  @inlinable @inline(__always)
  package func partitioningIndex(where isBehind: (Element) throws -> Bool) rethrows -> Index {
    var start = startIndex
    var left = count
    while left > 0 {
      let half = left / 2
      let middle = index(start, offsetBy: half)
      if try isBehind(self[middle]) {
        left = half
      } else {
        start = index(after: middle)
        left -= half + 1
      }
    }
    return start
  }
}
