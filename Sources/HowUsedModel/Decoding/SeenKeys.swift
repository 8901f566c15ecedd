/// A set of the unknown keys seen in one object: only asked whether a key was there before.
///
/// Keys are told apart by a 64-bit SipHash with the process's random seed, so that no one can prepare keys that
/// collide; that two of a megabyte's worth do by chance is less likely than 1 in 10^9.
struct SeenKeys: ~Copyable {
  private static let smallest = 32
  /// A table larger than this is let go after the request that needed it.
  private static let largestKept = 1024

  private var table: UnsafeMutablePointer<UInt64>
  /// A power of two.
  private var capacity: Int
  private var count = 0

  init() {
    capacity = Self.smallest
    table = Self.emptyTable(Self.smallest)
  }

  deinit { table.deallocate() }

  var isEmpty: Bool { count == 0 }

  /// `false` when the key was there before.
  mutating func insert(_ key: UnsafeRawBufferPointer) -> Bool {
    var hasher = Hasher()
    hasher.combine(bytes: key)
    let hash = UInt64(bitPattern: Int64(hasher.finalize()))
    // 0 marks a free slot.
    guard put(hash == 0 ? 1 : hash) else { return false }
    count += 1
    if 2 * count > capacity { grow() }
    return true
  }

  mutating func removeAll() {
    if capacity > Self.largestKept {
      table.deallocate()
      capacity = Self.smallest
      table = Self.emptyTable(capacity)
    } else {
      table.update(repeating: 0, count: capacity)
    }
    count = 0
  }

  private func put(_ hash: UInt64) -> Bool {
    var slot = Int(truncatingIfNeeded: hash) & (capacity - 1)
    while table[slot] != 0 {
      if table[slot] == hash { return false }
      slot = (slot + 1) & (capacity - 1)
    }
    table[slot] = hash
    return true
  }

  private mutating func grow() {
    let old = table
    let oldCapacity = capacity
    capacity *= 4
    table = Self.emptyTable(capacity)
    for slot in 0..<oldCapacity where old[slot] != 0 { _ = put(old[slot]) }
    old.deallocate()
  }

  private static func emptyTable(_ capacity: Int) -> UnsafeMutablePointer<UInt64> {
    let table = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
    table.initialize(repeating: 0, count: capacity)
    return table
  }
}
