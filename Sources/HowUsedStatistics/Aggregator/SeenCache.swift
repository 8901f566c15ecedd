/// Remembers, within a bound, what was counted already, so that it need not be sent again. It forgets whenever it likes:
/// Redis counts a user once however often it is told.
///
/// An entry is a seeded 64-bit hash of who and where; it takes 2^62 lookups to expect two that are mixed up. Four slots are
/// tried for each, since two that share a single one would drive each other out for ever.
struct SeenCache {
  private var slots: [UInt64]
  private var used = 0
  private let most: Int
  private var victim = 0

  static let ways = 4

  /// - Parameter most: entries, a power of two; 8 bytes each. It begins small and grows.
  init(most: Int) {
    self.most = most
    slots = Array(repeating: 0, count: min(1024, most))
  }

  /// Returns true when it was in there; it is from now on.
  @inline(__always)
  mutating func insert(_ hash: UInt64) -> Bool {
    // The empty slot is 0, so that a hash of 0 would be found in it.
    let hash = hash == 0 ? 1 : hash
    let first = Int(truncatingIfNeeded: hash) & (slots.count - Self.ways)
    for index in first..<first + Self.ways where slots[index] == hash { return true }
    if used * 2 > slots.count, slots.count < most { grow() }
    place(hash)
    return false
  }

  private mutating func place(_ hash: UInt64) {
    let first = Int(truncatingIfNeeded: hash) & (slots.count - Self.ways)
    for index in first..<first + Self.ways where slots[index] == 0 {
      slots[index] = hash
      used += 1
      return
    }
    victim = (victim + 1) % Self.ways
    slots[first + victim] = hash
  }

  mutating func removeAll() {
    slots = Array(repeating: 0, count: min(1024, most))
    used = 0
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    used = 0
    for hash in old where hash != 0 { place(hash) }
  }
}
