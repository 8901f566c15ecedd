#if canImport(Glibc)
  import Glibc
#endif

/// Numbers texts from 0 in the order in which they came. See ``HashTable``.
struct TextTable: Sendable {
  private var bytes: [UInt8] = []
  /// Where each text ends.
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// Number + 1 of what is there; 0: free.
  private var slots: [UInt32] = Array(repeating: 0, count: 16)
  private let seed = HashSeed.value

  init() {}

  var count: Int { ends.count }
  /// Bytes of memory, about.
  var size: Int { bytes.count + ends.count * 16 + slots.count * 4 }

  subscript(number: UInt32) -> ArraySlice<UInt8> {
    let number = Int(number)
    return bytes[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
  }

  @inline(__always)
  mutating func number(of text: UnsafeRawBufferPointer) -> UInt32 {
    let hash = hash(text)
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let found = slots[slot]
      if found == 0 { return insert(text, hash, slot) }
      if hashes[Int(found &- 1)] == hash, isEqual(found &- 1, text) { return found &- 1 }
      slot = (slot &+ 1) & mask
    }
  }

  mutating func number(of text: some Collection<UInt8>) -> UInt32 {
    let text = Array(text)
    return text.withUnsafeBytes { number(of: $0) }
  }

  private func isEqual(_ number: UInt32, _ text: UnsafeRawBufferPointer) -> Bool {
    let start = number == 0 ? 0 : ends[Int(number) - 1]
    guard ends[Int(number)] - start == text.count else { return false }
    guard let other = text.baseAddress, text.count > 0 else { return true }
    return bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { memcmp($0 + start, other, text.count) == 0 } ?? false
    }
  }

  @inline(never)
  private mutating func insert(_ text: UnsafeRawBufferPointer, _ hash: UInt64, _ slot: Int) -> UInt32 {
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
    hashes.append(hash)
    slots[slot] = UInt32(ends.count)
    if ends.count * 2 > slots.count { grow() }
    return UInt32(ends.count - 1)
  }

  private mutating func grow() {
    let mask = slots.count * 4 - 1
    slots = Array(repeating: 0, count: mask + 1)
    for (index, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = UInt32(index + 1)
    }
  }

  @inline(__always)
  private func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: text.count).mixed(seed)
    var index = 0
    while index &+ 8 <= text.count {
      hash = text.loadUnaligned(fromByteOffset: index, as: UInt64.self).mixed(hash)
      index &+= 8
    }
    var rest: UInt64 = 0
    while index < text.count {
      rest = rest << 8 | UInt64(text[index])
      index &+= 1
    }
    return rest.mixed(hash)
  }
}
