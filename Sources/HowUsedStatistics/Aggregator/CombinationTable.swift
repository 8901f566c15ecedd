/// The combinations that were seen lately. Looking one up costs a hash of its bytes.
struct CombinationTable {
  struct Entry {
    let bot: Int64
    let isUpdate: Bool
    /// See ``Combination``.
    let field: [UInt8]
    let hash: UInt64
  }

  /// Above this many, the table is emptied at the next batch: someone sends values without end.
  static let most = 1 << 16

  private(set) var entries: [Entry] = []
  private var slots: [Int32] = Array(repeating: -1, count: 256)
  private var scratch: [UInt8] = []
  private let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  var isTooLarge: Bool { entries.count > Self.most }

  mutating func removeAll() { self = CombinationTable(seed: seed) }

  /// The index of the combination in ``entries``, which is made if need be.
  mutating func index(bot: Int64, event: UnsafeRawBufferPointer, params: Params) -> Int {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(contentsOf: event)
    // An empty param before one that isn't keeps its separator; those at the end are left out.
    var pending = 0
    for index in 0..<3 {
      pending += 1
      let text = params[index]
      guard !text.isEmpty else { continue }
      while pending > 0 {
        scratch.append(Combination.separator)
        pending -= 1
      }
      scratch.append(contentsOf: text)
    }
    let hash = scratch.withUnsafeBytes { Mix.hash($0, seed: seed &+ UInt64(bitPattern: bot)) }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if entries[index].hash == hash, entries[index].bot == bot, entries[index].field == scratch { return index }
      slot = (slot + 1) & (slots.count - 1)
    }
    return add(Entry(bot: bot, isUpdate: event.isEmpty, field: scratch, hash: hash))
  }

  private mutating func add(_ entry: Entry) -> Int {
    entries.append(entry)
    if entries.count * 2 > slots.count {
      slots = Array(repeating: -1, count: slots.count * 2)
      for index in entries.indices { place(index) }
    } else {
      place(entries.count - 1)
    }
    return entries.count - 1
  }

  private mutating func place(_ index: Int) {
    var slot = Int(truncatingIfNeeded: entries[index].hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(index)
  }
}
