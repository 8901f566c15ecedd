/// The users of a series, point by point, in the order in which they were found. Somebody may be there more than once.
struct UserLog: Sendable {
  struct Counts: Sendable {
    /// How many different users each point has; points without users are left out.
    var points: [(point: Int, count: Int64)] = []
    /// How many all of them have together.
    var total: Int64 = 0
  }

  private var users: [Int64] = []
  /// Of each point that has users, where they end.
  private var ends: [(point: Int, end: Int)] = []

  /// - Parameter point: the same as the last time, or a later one.
  @inline(__always)
  mutating func add(_ more: some Sequence<Int64>, to point: Int) {
    for user in more { users.append(user) }
    if ends.last?.point == point {
      ends[ends.count - 1].end = users.count
    } else {
      ends.append((point, users.count))
    }
  }

  func users(of point: Int) -> ArraySlice<Int64> {
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle].point < point { low = middle + 1 } else { high = middle }
    }
    guard low < ends.count, ends[low].point == point else { return [] }
    return users[(low == 0 ? 0 : ends[low - 1].end)..<ends[low].end]
  }

  /// One table for all points: the place where a user was seen last tells whether that was in the same point. A slot is
  /// such a place plus one, and not the user, so that the table of a series stays within the processor's caches.
  func counts() -> Counts {
    var counts = Counts()
    counts.points.reserveCapacity(ends.count)
    let bits = Int.bitWidth - users.count.leadingZeroBitCount + 1
    // Odd and random, so that nobody knows which users share a slot.
    let multiplier = UInt64.random(in: .min ... .max) | 1
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1 << bits) { slots in
      slots.initialize(repeating: 0)
      var start = 0
      for (point, end) in ends {
        var count: Int64 = 0
        for place in start..<end {
          let user = users[place]
          let mixed = UInt64(bitPattern: user) &* multiplier
          var slot = Int(truncatingIfNeeded: ((mixed ^ mixed >> 32) &* multiplier) >> UInt64(64 - bits))
          while slots[slot] != 0, users[Int(slots[slot]) - 1] != user { slot = (slot + 1) & (slots.count - 1) }
          if slots[slot] == 0 { counts.total += 1 }
          if slots[slot] <= start { count += 1 }
          slots[slot] = UInt32(truncatingIfNeeded: place + 1)
        }
        counts.points.append((point, count))
        start = end
      }
    }
    return counts
  }
}
