import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One line on standard error that tells how far something is: only on a terminal, and a few times a second at most.
final class TerminalLine: Sendable {
  private let isTerminal = isatty(2) == 1
  private let shown = Mutex<ContinuousClock.Instant?>(nil)

  func show(_ text: @autoclosure () -> String) {
    guard isTerminal else { return }
    let isDue = shown.withLock { shown in
      if let shown, shown.duration(to: .now) < .milliseconds(100) { return false }
      shown = .now
      return true
    }
    if isDue { write("\r\(text())\u{1B}[K") }
  }

  /// Removes the line, so that what comes next starts on a clean one.
  func clear() {
    let wasShown = shown.withLock { shown in
      defer { shown = nil }
      return shown != nil
    }
    if wasShown { write("\r\u{1B}[K") }
  }

  /// `part` of 1 as a bar.
  static func bar(_ part: Double) -> String {
    let width = 30
    let full = Int((min(max(part, 0), 1) * Double(width)).rounded())
    let percent = Int((min(max(part, 0), 1) * 100).rounded(.down))
    return "[\(String(repeating: "#", count: full))\(String(repeating: "-", count: width - full))] \(percent) %"
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { _ = Self.write(2, $0.baseAddress, $0.count) }
  }

  private static func write(_ descriptor: CInt, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, base, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, base, count)
    #else
      Darwin.write(descriptor, base, count)
    #endif
  }
}
