/// Numbers things from 0 by their keys, in the order in which they came: open addressing with linear probing. Counting is
/// mostly this; it is twice as quick as with a `Dictionary`, measured.
struct HashTable<Key: Hashable64>: Sendable {
  package private(set) var keys: [Key] = []
  /// Number + 1 of what is there; 0: free.
  private var slots: [UInt32] = Array(repeating: 0, count: 16)
  private let seed = HashSeed.value

  init() {}

  var count: Int { keys.count }

  /// The number of a key, which is added if it's new.
  @inline(__always)
  mutating func number(of key: Key) -> UInt32 {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: key.mixed(seed)) & mask
    while true {
      let found = slots[slot]
      if found == 0 { return insert(key, slot) }
      if keys[Int(found &- 1)] == key { return found &- 1 }
      slot = (slot &+ 1) & mask
    }
  }

  @inline(__always)
  func find(_ key: Key) -> UInt32? {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: key.mixed(seed)) & mask
    while true {
      let found = slots[slot]
      if found == 0 { return nil }
      if keys[Int(found &- 1)] == key { return found &- 1 }
      slot = (slot &+ 1) & mask
    }
  }

  @inline(never)
  private mutating func insert(_ key: Key, _ slot: Int) -> UInt32 {
    keys.append(key)
    slots[slot] = UInt32(keys.count)
    if keys.count * 2 > slots.count { grow() }
    return UInt32(keys.count - 1)
  }

  private mutating func grow() {
    let mask = slots.count * (slots.count < 1 << 16 ? 4 : 2) - 1
    slots = Array(repeating: 0, count: mask + 1)
    for (index, key) in keys.enumerated() {
      var slot = Int(truncatingIfNeeded: key.mixed(seed)) & mask
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = UInt32(index + 1)
    }
  }
}

/// What mixes itself to 64 evenly spread bits.
protocol Hashable64: Equatable, Sendable {
  func mixed(_ seed: UInt64) -> UInt64
}

extension Int64: Hashable64 {
  @inline(__always)
  func mixed(_ seed: UInt64) -> UInt64 { UInt64(bitPattern: self).mixed(seed) }
}

extension UInt64 {
  /// The finaliser of SplitMix64, nearly.
  @inline(__always)
  func mixed(_ seed: UInt64) -> UInt64 {
    var value = (self ^ seed) &* 0x9e37_79b9_7f4a_7c15
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    return value ^ (value >> 29)
  }
}

/// A text's hash.
struct TextHash: Hashable64 {
  let low: UInt64
  let high: UInt64

  @inline(__always)
  init(_ text: UnsafeRawBufferPointer, _ seeds: (UInt64, UInt64)) {
    var low = UInt64(truncatingIfNeeded: text.count).mixed(seeds.0)
    var high = UInt64(truncatingIfNeeded: text.count).mixed(seeds.1)
    var index = 0
    while index &+ 8 <= text.count {
      let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      low = word.mixed(low)
      high = word.mixed(high)
      index &+= 8
    }
    var rest: UInt64 = 0
    while index < text.count {
      rest = rest << 8 | UInt64(text[index])
      index &+= 1
    }
    self.low = rest.mixed(low)
    self.high = rest.mixed(high)
  }

  @inline(__always)
  func mixed(_ seed: UInt64) -> UInt64 { low }
}

/// Differs in each process: what is hashed is chosen by strangers.
enum HashSeed {
  static let value = UInt64.random(in: .min ... .max)
}

/// Four numbers of texts: an event's name and its params.
struct TextNumbers: Hashable64, Hashable {
  var low: UInt64
  var high: UInt64

  @inline(__always)
  init(_ event: UInt32, _ first: UInt32, _ second: UInt32, _ third: UInt32) {
    low = UInt64(event) << 32 | UInt64(first)
    high = UInt64(second) << 32 | UInt64(third)
  }

  /// `place`: 0 is the event, 1…3 are the params.
  @inline(__always)
  subscript(place: Int) -> UInt32 {
    let half = place < 2 ? low : high
    return UInt32(truncatingIfNeeded: place & 1 == 0 ? half >> 32 : half)
  }

  @inline(__always)
  func mixed(_ seed: UInt64) -> UInt64 { high.mixed(low.mixed(seed)) }
}

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
