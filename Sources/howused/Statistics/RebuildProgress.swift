import Synchronization

/// Tells on a terminal how far a rebuild is.
final class RebuildProgress: Sendable {
  private let total: Int
  private let counted = Mutex(0)
  private let line = TerminalLine()

  /// - Parameter total: events.
  init(total: Int) { self.total = total }

  func add(_ events: Int) {
    let counted = counted.withLock { counted in
      counted += events
      return counted
    }
    line.show("\(TerminalLine.bar(Double(counted) / Double(max(total, 1)))) \(counted) events")
  }

  /// Returns how many events were counted.
  func finish() -> Int {
    line.clear()
    return counted.withLock { $0 }
  }
}
