/// Remembers, within a bound, what was counted already, so that it need not be sent again. It forgets whenever it likes:
/// Redis counts a user once however often it is told.
///
/// An entry is a seeded 64-bit hash of who and where; it takes 2^64 lookups to expect two that are mixed up.
struct SeenCache {
  private var slots: [UInt64]
  private var used = 0
  private let most: Int

  /// - Parameter most: entries, a power of two; 8 bytes each. It begins small and grows.
  init(most: Int) {
    self.most = most
    slots = Array(repeating: 0, count: min(4096, most))
  }

  /// Returns true when it was in there; it is from now on.
  @inline(__always)
  mutating func insert(_ hash: UInt64) -> Bool {
    // The empty slot is 0, so that a hash of 0 would be found in it.
    let hash = hash == 0 ? 1 : hash
    let index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    let present = slots[index]
    if present == hash { return true }
    if present == 0 {
      used += 1
      if used * 2 > slots.count, slots.count < most {
        grow()
        _ = insert(hash)
        return false
      }
    }
    slots[index] = hash
    return false
  }

  mutating func removeAll() {
    slots = Array(repeating: 0, count: min(4096, most))
    used = 0
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    used = 0
    for hash in old where hash != 0 {
      let index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      if slots[index] == 0 { used += 1 }
      slots[index] = hash
    }
  }
}
