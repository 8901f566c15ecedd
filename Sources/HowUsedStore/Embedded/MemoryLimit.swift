#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much memory the private Redis may take, in bytes.
package struct MemoryLimit: Sendable, Equatable, CustomStringConvertible {
  package let bytes: Int64

  /// Less than this isn't enough to work with.
  package static let smallest: Int64 = 32 << 20

  package init(bytes: Int64) { self.bytes = max(bytes, Self.smallest) }

  /// Half of the memory that this process may use.
  package static var standard: MemoryLimit { MemoryLimit(bytes: available / 2) }

  /// Reads `512mb`, `4gb`, `4096` (bytes) or `60%` (of the memory that this process may use).
  /// - Returns: nil when it's none of these, or less than 32 MB.
  package init?(_ text: String) {
    let lower = text.lowercased()
    let digits = lower.prefix { ("0"..."9").contains($0) }
    guard let number = Int64(digits) else { return nil }
    let (bytes, isTooMuch): (Int64, Bool)
    switch lower.dropFirst(digits.count) {
    case "", "b": (bytes, isTooMuch) = (number, false)
    case "k", "kb": (bytes, isTooMuch) = number.multipliedReportingOverflow(by: 1 << 10)
    case "m", "mb": (bytes, isTooMuch) = number.multipliedReportingOverflow(by: 1 << 20)
    case "g", "gb": (bytes, isTooMuch) = number.multipliedReportingOverflow(by: 1 << 30)
    case "%" where (1...95).contains(number): (bytes, isTooMuch) = (Self.available / 100 * number, false)
    default: return nil
    }
    guard !isTooMuch, bytes >= Self.smallest else { return nil }
    self.bytes = bytes
  }

  package var description: String { "\(bytes >> 20)mb" }

  /// The machine's memory, or the control group's limit where that is less.
  static var available: Int64 {
    let machine = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    guard let text = SmallFile.read("/sys/fs/cgroup/memory.max"), let limit = Int64(text.prefix { $0 != "\n" }) else {
      return machine
    }
    return min(machine, limit)
  }
}
