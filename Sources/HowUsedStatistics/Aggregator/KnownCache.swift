/// Remembers, within a bound, which users' registrations Redis has, so that they need not be sent again.
struct KnownCache {
  private struct Entry {
    var hash: UInt64 = 0
    /// The registration time that was sent last; 0 when none was since it's in here.
    var sent: Int64 = 0
  }

  private var entries: [Entry]
  private var used = 0
  private let most: Int

  /// - Parameter most: entries, a power of two; 16 bytes each.
  init(most: Int) {
    self.most = most
    entries = Array(repeating: Entry(), count: min(4096, most))
  }

  /// Returns true when Redis knows the user, and this time as well if one was sent (0: none). It will from now on.
  @inline(__always)
  mutating func insert(_ hash: UInt64, sent: Int64) -> Bool {
    let hash = hash == 0 ? 1 : hash
    let index = Int(truncatingIfNeeded: hash) & (entries.count - 1)
    if entries[index].hash == hash {
      if sent == 0 || entries[index].sent == sent { return true }
      entries[index].sent = sent
      return false
    }
    if entries[index].hash == 0 {
      used += 1
      if used * 2 > entries.count, entries.count < most {
        grow()
        return insert(hash, sent: sent)
      }
    }
    entries[index] = Entry(hash: hash, sent: sent)
    return false
  }

  mutating func removeAll() {
    entries = Array(repeating: Entry(), count: min(4096, most))
    used = 0
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    used = 0
    for entry in old where entry.hash != 0 {
      let index = Int(truncatingIfNeeded: entry.hash) & (entries.count - 1)
      if entries[index].hash == 0 { used += 1 }
      entries[index] = entry
    }
  }
}
