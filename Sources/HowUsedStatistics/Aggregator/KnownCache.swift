/// Remembers, within a bound, which users' registrations Redis has, so that they need not be sent again. See ``SeenCache``.
struct KnownCache {
  private struct Entry {
    var hash: UInt64 = 0
    /// The registration time that was sent last; 0 when none was since it's in here.
    var sent: Int64 = 0
  }

  private var entries: [Entry]
  private var used = 0
  private let most: Int
  private var victim = 0

  /// - Parameter most: entries, a power of two; 16 bytes each.
  init(most: Int) {
    self.most = most
    entries = Array(repeating: Entry(), count: min(1024, most))
  }

  /// Returns true when Redis knows the user, and this time as well if one was sent (0: none). It will from now on.
  @inline(__always)
  mutating func insert(_ hash: UInt64, sent: Int64) -> Bool {
    let hash = hash == 0 ? 1 : hash
    let first = Int(truncatingIfNeeded: hash) & (entries.count - SeenCache.ways)
    for index in first..<first + SeenCache.ways where entries[index].hash == hash {
      if sent == 0 || entries[index].sent == sent { return true }
      entries[index].sent = sent
      return false
    }
    if used * 2 > entries.count, entries.count < most { grow() }
    place(Entry(hash: hash, sent: sent))
    return false
  }

  private mutating func place(_ entry: Entry) {
    let first = Int(truncatingIfNeeded: entry.hash) & (entries.count - SeenCache.ways)
    for index in first..<first + SeenCache.ways where entries[index].hash == 0 {
      entries[index] = entry
      used += 1
      return
    }
    victim = (victim + 1) % SeenCache.ways
    entries[first + victim] = entry
  }

  mutating func removeAll() {
    entries = Array(repeating: Entry(), count: min(1024, most))
    used = 0
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    used = 0
    for entry in old where entry.hash != 0 { place(entry) }
  }
}
