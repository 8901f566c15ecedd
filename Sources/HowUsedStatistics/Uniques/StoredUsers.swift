/// What a row says about a dimension's users: `p,1,2` (up to some 60 bytes of ids), `x1000` or `h`.
package enum StoredUsers: Sendable, Equatable {
  /// The ids themselves.
  case ids([Int64])
  /// So many, whose ids are ``PackedUsers``.
  case packed(Int64)
  /// More than are counted exactly: there is a HyperLogLog of them. Nil: it is to be asked how many.
  case sketch(Int64?)

  /// Nil when it's none of these.
  package init?(_ field: some Collection<UInt8>) {
    guard let kind = field.first else { return nil }
    let rest = field.dropFirst()
    switch kind {
    case UInt8(ascii: "p"):
      self = .ids(rest.split(separator: UInt8(ascii: ",")).compactMap { Int64(decimal: $0) })
    case PackedUsers.mark:
      guard let count = Int64(decimal: rest) else { return nil }
      self = .packed(count)
    case UInt8(ascii: "h"): self = .sketch(nil)
    default: return nil
    }
  }

  /// The ids, if the value is a field that holds them itself.
  @inline(__always)
  static func list(_ field: UnsafeRawBufferPointer) -> UserList? {
    field.first == UInt8(ascii: "p") ? UserList(UnsafeRawBufferPointer(rebasing: field.dropFirst(2))) : nil
  }

  /// Nil when a sketch hasn't been asked yet.
  package var count: Int64? {
    switch self {
    case .ids(let ids): Int64(ids.count)
    case .packed(let count): count
    case .sketch(let count): count
    }
  }

  package var isApproximate: Bool { if case .sketch = self { true } else { false } }
}

extension Int64 {
  /// Digits, with `-` in front if negative; nil for anything else and for what doesn't fit.
  init?(decimal bytes: some Collection<UInt8>) {
    guard let first = bytes.first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    var value: Int64 = 0
    var digits = 0
    for byte in isNegative ? bytes.dropFirst() : bytes[...] {
      let digit = Int64(byte) - 0x30
      guard (0..<10).contains(digit) else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, over) = product.addingReportingOverflow(isNegative ? -digit : digit)
      guard !tooLarge, !over else { return nil }
      value = sum
      digits += 1
    }
    guard digits > 0 else { return nil }
    self = value
  }
}
