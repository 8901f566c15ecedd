#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension UnsafeRawBufferPointer {
  /// Moves `offset` behind `text` if it stands there.
  func has(_ text: StaticString, at offset: inout Int) -> Bool {
    guard let base = baseAddress, offset + text.utf8CodeUnitCount <= count else { return false }
    guard memcmp(base + offset, text.utf8Start, text.utf8CodeUnitCount) == 0 else { return false }
    offset += text.utf8CodeUnitCount
    return true
  }

  /// Reads an unsigned decimal number and moves `offset` behind it; nil if there is none or it is too large.
  func decimal(at offset: inout Int) -> UInt64? {
    var value: UInt64 = 0
    let start = offset
    while offset < count {
      let digit = self[offset] &- 0x30
      guard digit < 10 else { break }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { return nil }
      value = sum
      offset += 1
    }
    return offset > start ? value : nil
  }

  var firstNewline: Int? {
    guard let base = baseAddress, count > 0, let found = memchr(base, 0x0A, count) else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
