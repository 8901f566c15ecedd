/// Memory for texts that had to be decoded. It doesn't move while a request is being read: room for the whole body is
/// made at its first use, and no decoding here makes a text longer. Should one ever do so, it grows, and does move: hence
/// texts are kept as offsets.
struct TextScratch: ~Copyable {
  private(set) var base: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var used = 0
  private var bodyCount = 0

  init() {
    capacity = 1024
    base = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { base.deallocate() }

  /// Forgets everything. A body of `bodyCount` bytes is about to be read.
  @inline(__always)
  mutating func begin(bodyCount: Int) {
    used = 0
    self.bodyCount = bodyCount
  }

  /// Makes sure of room for what the body can still need. Call before the first ``append(_:)`` of a text.
  mutating func reserve() {
    guard used == 0, capacity < bodyCount else { return }
    base.deallocate()
    capacity = max(bodyCount, min(2 * capacity, Limits.bodyBytes))
    base = .allocate(byteCount: capacity, alignment: 16)
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    if used == capacity { grow(by: 1) }
    base.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
    used &+= 1
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count > capacity - used { grow(by: bytes.count) }
    if let start = bytes.baseAddress { (base + used).copyMemory(from: start, byteCount: bytes.count) }
    used += bytes.count
  }

  @inline(never)
  private mutating func grow(by more: Int) {
    let larger = max(2 * capacity, used + more)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    memory.copyMemory(from: base, byteCount: used)
    base.deallocate()
    base = memory
    capacity = larger
  }

  /// Appends a scalar in UTF-8. `scalar` is not a surrogate.
  mutating func append(scalar: UInt32) {
    switch scalar {
    case 0..<0x80:
      append(UInt8(truncatingIfNeeded: scalar))
    case 0x80..<0x800:
      append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    case 0x800..<0x10000:
      append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    default:
      append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    }
  }
}
