/// Bytes that grow at their end: little-endian numbers, and varints (LEB128: seven bits a byte, the lowest first).
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init() {}

  var count: Int { bytes.count }

  @inline(__always)
  mutating func write(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  @inline(__always)
  mutating func write(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// - Parameter value: not negative.
  @inline(__always)
  mutating func write(varint value: Int) { write(varint: UInt64(truncatingIfNeeded: value)) }

  mutating func write(_ text: some Collection<UInt8>) { bytes.append(contentsOf: text) }

  /// Numbers in the fewest bytes that the largest of them needs: 1, 2 or 4 each, behind one that says how many.
  mutating func write(column values: [UInt32]) {
    let largest = values.max() ?? 0
    bytes.reserveCapacity(bytes.count + 1 + values.count * 4)
    if largest <= UInt8.max {
      bytes.append(1)
      for value in values { bytes.append(UInt8(truncatingIfNeeded: value)) }
    } else if largest <= UInt16.max {
      bytes.append(2)
      for value in values { write(UInt16(truncatingIfNeeded: value)) }
    } else {
      bytes.append(4)
      for value in values { write(value) }
    }
  }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
