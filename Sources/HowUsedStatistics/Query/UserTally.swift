/// Counts different users by series, in one round after the other, and over all rounds.
///
/// A slot of an earlier round counts as empty: so nothing is cleared between rounds, and a round of few users stays within
/// the processor's nearest cache. The users of all rounds are lists until somebody asks, since a table of all of them would
/// cost a miss of the cache for each.
final class UserTally {
  private struct Entry {
    var user: Int64
    var series: UInt32
    var round: UInt32
  }

  private var entries: UnsafeMutablePointer<Entry>
  /// The table has 2^bits slots.
  private var bits: Int
  private var used = 0
  private var round: UInt32 = 0
  /// Random and odd, so that nobody knows which users share a slot.
  private let multiplier = UInt64.random(in: .min ... .max) | 1
  /// Of each series, in this round.
  private var counts: [Int64] = []
  /// Of each series: the users of every round, each round's behind those of the one before.
  private var kept: [[Int64]] = []

  init() {
    bits = 10
    entries = Self.table(bits)
  }

  deinit { entries.deallocate() }

  private static func table(_ bits: Int) -> UnsafeMutablePointer<Entry> {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: 1 << bits)
    entries.initialize(repeating: Entry(user: 0, series: 0, round: 0), count: 1 << bits)
    return entries
  }

  /// Begins a round: ``count(_:)`` is 0 for every series.
  func begin() {
    round += 1
    used = 0
    for series in counts.indices { counts[series] = 0 }
  }

  /// How many different users the series has in this round.
  func count(_ series: Int) -> Int64 { series < counts.count ? counts[series] : 0 }

  /// How many it has in all rounds together that kept them.
  func total(_ series: Int) -> Int64 {
    guard series < kept.count, !kept[series].isEmpty else { return 0 }
    let users = kept[series]
    let bits = Int.bitWidth - users.count.leadingZeroBitCount + 1
    return withUnsafeTemporaryAllocation(of: Int64.self, capacity: 1 << bits) { slots in
      // 0 is nobody's id.
      slots.initialize(repeating: 0)
      var count: Int64 = 0
      for user in users {
        var slot = Self.slot(UInt64(bitPattern: user) &* multiplier, multiplier, bits)
        while slots[slot] != 0, slots[slot] != user { slot = (slot + 1) & (slots.count - 1) }
        if slots[slot] == 0, user != 0 { count += 1 }
        slots[slot] = user
      }
      return count
    }
  }

  /// - Parameter keeping: whether these users are to be part of ``total(_:)``.
  @inline(__always)
  func add(_ users: some Sequence<Int64>, to series: Int, keeping: Bool) {
    while counts.count <= series {
      counts.append(0)
      kept.append([])
    }
    // Out of its place, so that it isn't looked up for each user.
    var list: [Int64] = []
    swap(&list, &kept[series])
    var count: Int64 = 0
    for user in users where insert(user, UInt32(truncatingIfNeeded: series)) {
      count += 1
      if keeping { list.append(user) }
    }
    swap(&list, &kept[series])
    counts[series] += count
  }

  /// Whether the user is new to the round.
  @inline(__always)
  private func insert(_ user: Int64, _ series: UInt32) -> Bool {
    let (mask, round) = (1 << bits - 1, round)
    var slot = slot(user, series)
    while entries[slot].round == round {
      if entries[slot].user == user, entries[slot].series == series { return false }
      slot = (slot + 1) & mask
    }
    entries[slot] = Entry(user: user, series: series, round: round)
    used += 1
    if used * 2 > mask { grow() }
    return true
  }

  @inline(__always)
  private func slot(_ user: Int64, _ series: UInt32) -> Int {
    Self.slot((UInt64(bitPattern: user) ^ UInt64(series) << 44) &* multiplier, multiplier, bits)
  }

  @inline(__always)
  private static func slot(_ mixed: UInt64, _ multiplier: UInt64, _ bits: Int) -> Int {
    Int(truncatingIfNeeded: ((mixed ^ mixed >> 32) &* multiplier) >> UInt64(64 - bits))
  }

  @inline(never)
  private func grow() {
    let (old, oldCount) = (entries, 1 << bits)
    bits += 1
    entries = Self.table(bits)
    let mask = 1 << bits - 1
    for index in 0..<oldCount where old[index].round == round {
      var slot = slot(old[index].user, old[index].series)
      while entries[slot].round == round { slot = (slot + 1) & mask }
      entries[slot] = old[index]
    }
    old.deallocate()
  }
}

@available(*, unavailable)
extension UserTally: Sendable {}
