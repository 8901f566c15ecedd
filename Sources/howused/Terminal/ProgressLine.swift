import Glibc
import Synchronization

/// One line on standard error that tells how far something is: only on a terminal, and a few times a second at most.
final class ProgressLine: Sendable {
  private let isTerminal = isatty(2) == 1
  private let shown = Mutex<ContinuousClock.Instant?>(nil)

  func show(_ text: @autoclosure () -> String) {
    guard isTerminal else { return }
    let isDue = shown.withLock { shown in
      if let shown, shown.duration(to: .now) < .milliseconds(100) { return false }
      shown = .now
      return true
    }
    if isDue { Self.write("\r\(text())\u{1B}[K") }
  }

  /// A bar before the text.
  ///
  /// - Parameter done: the part of 1 that is done.
  func show(done: @autoclosure () -> Double, _ text: @autoclosure () -> String) {
    show("\(Self.bar(done()))  \(text())")
  }

  /// Removes the line, so that what comes next starts on a clean one.
  func clear() {
    let wasShown = shown.withLock { shown in
      defer { shown = nil }
      return shown != nil
    }
    if wasShown { Self.write("\r\u{1B}[K") }
  }

  private static func bar(_ done: Double) -> String {
    let width = 30
    let done = min(max(done, 0), 1)
    let full = Int((done * Double(width)).rounded())
    let percent = Int((done * 100).rounded(.down))
    return "[\(String(repeating: "#", count: full))\(String(repeating: "-", count: width - full))] \(percent) %"
  }

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { _ = Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
