/// Reads what ``ByteWriter`` wrote. Behind the end it gives zeros and says so in ``isSound``: what is damaged is found out
/// without a check at every number.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  var offset: Int
  /// False once more was asked for than there is, or a number was too long.
  private(set) var isSound = true

  init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  var isAtEnd: Bool { offset >= bytes.count }

  @inline(__always)
  mutating func varint() -> UInt64 {
    if offset < bytes.count {
      let byte = bytes[offset]
      if byte < 0x80 {
        offset &+= 1
        return UInt64(byte)
      }
      let next = offset &+ 1 < bytes.count ? bytes[offset &+ 1] : 0x80
      if next < 0x80 {
        offset &+= 2
        return UInt64(byte & 0x7f) | UInt64(next) << 7
      }
    }
    return longVarint()
  }

  /// The same, for who reads numbers of one and of two bytes in turn: no branch that can't be foreseen.
  @inline(__always)
  mutating func shortVarint() -> UInt64 {
    guard offset &+ 2 <= bytes.count else { return varint() }
    let (low, high) = (UInt64(bytes[offset]), UInt64(bytes[offset &+ 1]))
    let isLong = low >> 7
    guard isLong & (high >> 7) == 0 else { return longVarint() }
    offset &+= Int(truncatingIfNeeded: 1 &+ isLong)
    return low & 0x7f | (high << 7) & (0 &- isLong)
  }

  @inline(__always)
  mutating func byte() -> UInt8 {
    guard offset < bytes.count else {
      isSound = false
      return 0
    }
    defer { offset &+= 1 }
    return bytes[offset]
  }

  private mutating func longVarint() -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < bytes.count, shift < 64 {
      let byte = bytes[offset]
      offset &+= 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    isSound = false
    return 0
  }

  /// A varint that must be below a limit; 0 when it isn't.
  mutating func count(below limit: Int) -> Int {
    let value = varint()
    guard value < UInt64(limit) else {
      isSound = false
      return 0
    }
    return Int(value)
  }

  mutating func fixed<Value: FixedWidthInteger>(_ type: Value.Type) -> Value {
    let size = MemoryLayout<Value>.size
    guard size <= bytes.count - offset else {
      isSound = false
      return 0
    }
    defer { offset += size }
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  mutating func text(_ count: Int) -> [UInt8] {
    guard count >= 0, count <= bytes.count - offset else {
      isSound = false
      return []
    }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// As many numbers as were written; none when there are fewer.
  mutating func column(_ count: Int) -> [UInt32] {
    let width = Int(fixed(UInt8.self))
    guard width == 1 || width == 2 || width == 4, count <= (bytes.count - offset) / width else {
      isSound = false
      return []
    }
    // Never an array of capacity 0: all empty arrays are one, and its count is written below. The thread sanitizer calls that
    // a race.
    guard count > 0 else { return [] }
    defer { offset += width * count }
    let (bytes, offset) = (bytes, offset)
    return [UInt32](unsafeUninitializedCapacity: count) { values, initialized in
      switch width {
      case 1: for index in 0..<count { values[index] = UInt32(bytes[offset &+ index]) }
      case 2:
        for index in 0..<count {
          let value = bytes.loadUnaligned(fromByteOffset: offset &+ 2 &* index, as: UInt16.self)
          values[index] = UInt32(UInt16(littleEndian: value))
        }
      default:
        for index in 0..<count {
          values[index] = UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: offset &+ 4 &* index, as: UInt32.self)
          )
        }
      }
      initialized = count
    }
  }
}
