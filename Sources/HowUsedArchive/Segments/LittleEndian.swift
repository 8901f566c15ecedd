import HowUsedModel

/// Reads the fields of footers and trailers one after the other. The caller has checked the size.
struct LittleEndianReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Zero behind the end, so that a mistake here can't read out of bounds.
  mutating func next<Value: FixedWidthInteger>(_ type: Value.Type) -> Value {
    let size = MemoryLayout<Value>.size
    guard offset + size <= bytes.count else { return 0 }
    defer { offset += size }
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  mutating func nextID() -> StreamID {
    let milliseconds = next(UInt64.self)
    return StreamID(milliseconds: milliseconds, sequence: next(UInt64.self))
  }

  mutating func skip(_ count: Int) { offset += count }
}

extension [UInt8] {
  mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  mutating func append(_ id: StreamID) {
    appendLittleEndian(id.milliseconds)
    appendLittleEndian(id.sequence)
  }
}
