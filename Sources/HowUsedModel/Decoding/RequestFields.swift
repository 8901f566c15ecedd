/// The known fields of one flat object or form, by name, and a guard against any key sent twice.
///
/// Owns its memory and is used again for every request, so that reading one allocates nothing.
struct RequestFields: ~Copyable {
  private let values: UnsafeMutablePointer<FieldValue>
  private var present: UInt16 = 0
  private var unknown = UnknownKeySet()

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

/// A field's value as it stands in the body: read for its kind, not yet for its meaning.
struct FieldValue {
  enum Kind: UInt8 {
    /// Valid UTF-8.
    case text
    /// A form's value that is not UTF-8.
    case brokenText
    /// A JSON number without fraction and exponent; the slice is its digits and sign.
    case integer
    /// Any other JSON number.
    case decimal
    case boolean
    case null
    case array
    case object

    /// What an error says was sent.
    var words: String {
      switch self {
      case .text: "text"
      case .brokenText: "text that is not UTF-8"
      case .integer: "an integer"
      case .decimal: "a number that is not an integer"
      case .boolean: "a boolean"
      case .null: "null"
      case .array: "an array"
      case .object: "an object"
      }
    }
  }

  var kind: Kind
  var slice: TextSlice
}

/// A set of the unknown keys seen in one object: only asked whether a key was there before.
///
/// Keys are told apart by a 64-bit SipHash with the process's random seed, so that no one can prepare keys that
/// collide; that two of a megabyte's worth do by chance is less likely than 1 in 10^9.
struct UnknownKeySet {
  /// Memory for more than these is let go after the request that needed it.
  private static let largestKept = 1024

  private var hashes: Set<Int> = []

  var isEmpty: Bool { hashes.isEmpty }

  /// `false` when the key was there before.
  mutating func insert(_ key: UnsafeRawBufferPointer) -> Bool {
    var hasher = Hasher()
    hasher.combine(bytes: key)
    return hashes.insert(hasher.finalize()).inserted
  }

  mutating func removeAll() { hashes.removeAll(keepingCapacity: hashes.capacity <= Self.largestKept) }
}
