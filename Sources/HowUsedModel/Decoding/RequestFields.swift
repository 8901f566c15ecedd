/// The known fields of one flat object or form, by name, and a guard against any key sent twice.
///
/// Owns its memory and is used again for every request, so that reading one allocates nothing.
struct RequestFields: ~Copyable {
  private let values: UnsafeMutablePointer<FieldValue>
  private var present: UInt16 = 0
  private var unknown = SeenKeys()

  init() {
    values = .allocate(capacity: FieldName.allCases.count)
    values.initialize(repeating: FieldValue(kind: .null, slice: .empty), count: FieldName.allCases.count)
  }

  deinit { values.deallocate() }

  /// `nil` when the field wasn't sent.
  @inline(__always)
  subscript(name: FieldName) -> FieldValue? {
    present & (1 &<< UInt16(name.rawValue)) == 0 ? nil : values[Int(name.rawValue)]
  }

  /// `false` when the field is there already.
  @inline(__always)
  mutating func insert(_ name: FieldName, _ value: FieldValue) -> Bool {
    let bit: UInt16 = 1 &<< UInt16(name.rawValue)
    guard present & bit == 0 else { return false }
    present |= bit
    values[Int(name.rawValue)] = value
    return true
  }

  /// `false` when the same unknown key is there already.
  mutating func insertUnknown(_ key: UnsafeRawBufferPointer) -> Bool { unknown.insert(key) }

  @inline(__always)
  mutating func removeAll() {
    present = 0
    if !unknown.isEmpty { unknown.removeAll() }
  }
}
