/// A HyperLogLog in the bytes that Redis keeps it in, its dense form: users are added in place. See ``HyperLogLog``.
struct DenseSketch {
  private static let headerBytes = 16

  private(set) var bytes: [UInt8]

  init() {
    bytes = [UInt8](repeating: 0, count: Self.headerBytes + HyperLogLog.registerCount * 6 / 8)
    bytes.replaceSubrange(0..<4, with: "HYLL".utf8)
    forgetCount()
  }

  /// From either form; nil for what is none.
  init?(_ stored: [UInt8]) {
    self.init()
    if stored.count == Self.headerBytes + HyperLogLog.registerCount * 6 / 8, stored.starts(with: "HYLL".utf8),
      stored[4] == 0
    {
      bytes = stored
      forgetCount()
      return
    }
    var sketch = HyperLogLog()
    guard stored.withUnsafeBytes({ sketch.merge($0) }) else { return nil }
    for (index, rank) in sketch.registers.enumerated() { raise(index, to: rank) }
  }

  /// The header also has room for the count, whose highest bit says that it is to be computed anew.
  private mutating func forgetCount() { bytes[15] |= 0x80 }

  mutating func add(_ user: Int64) {
    let (index, rank) = HyperLogLog.place(of: user)
    raise(index, to: rank)
  }

  /// Registers are 6 bits, the lowest bits first.
  private mutating func raise(_ index: Int, to rank: UInt8) {
    let (byte, shift) = (Self.headerBytes + index * 6 / 8, index * 6 % 8)
    let hasNext = shift > 2
    var bits = UInt16(bytes[byte]) | (hasNext ? UInt16(bytes[byte + 1]) << 8 : 0)
    guard UInt16(rank) > bits >> UInt16(shift) & 63 else { return }
    bits = bits & ~(63 << UInt16(shift)) | UInt16(rank) << UInt16(shift)
    bytes[byte] = UInt8(truncatingIfNeeded: bits)
    if hasNext { bytes[byte + 1] = UInt8(truncatingIfNeeded: bits >> 8) }
  }
}
