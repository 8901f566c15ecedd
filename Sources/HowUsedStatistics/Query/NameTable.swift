/// Numbers for names, which are any bytes, in the order of their first appearance. Looking one up costs a hash of it.
struct NameTable {
  private struct Entry {
    let hash: UInt64
    /// In ``bytes``.
    let place: Range<Int>
  }

  private var entries: [Entry] = []
  /// All names behind each other.
  private var bytes: [UInt8] = []
  private var slots: [Int32] = Array(repeating: -1, count: 64)
  private let seed = UInt64.random(in: .min ... .max)

  var count: Int { entries.count }

  subscript(number: Int) -> ArraySlice<UInt8> { bytes[entries[number].place] }

  /// The name's number. It's `count` as it was before when the name is new.
  mutating func number(of name: UnsafeRawBufferPointer) -> Int {
    let hash = Mix.hash(name, seed: seed)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if entries[number].hash == hash, holds(name, at: entries[number].place) { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    return add(name, hash)
  }

  private func holds(_ name: UnsafeRawBufferPointer, at place: Range<Int>) -> Bool {
    place.count == name.count
      && bytes.withUnsafeBytes { bytes in
        // Eight at once: most of a look-up would be to compare byte by byte.
        var offset = 0
        while offset + 8 <= name.count {
          let word = name.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          if bytes.loadUnaligned(fromByteOffset: place.lowerBound + offset, as: UInt64.self) != word { return false }
          offset += 8
        }
        return name[offset...].elementsEqual(bytes[(place.lowerBound + offset)..<place.upperBound])
      }
  }

  private mutating func add(_ name: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
    entries.append(Entry(hash: hash, place: bytes.count..<bytes.count + name.count))
    bytes.append(contentsOf: name)
    if entries.count * 2 > slots.count {
      slots = Array(repeating: -1, count: slots.count * 2)
      for number in entries.indices { place(number) }
    } else {
      place(entries.count - 1)
    }
    return entries.count - 1
  }

  private mutating func place(_ number: Int) {
    var slot = Int(truncatingIfNeeded: entries[number].hash) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(truncatingIfNeeded: number)
  }
}
