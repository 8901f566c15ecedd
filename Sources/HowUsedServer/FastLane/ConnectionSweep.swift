import NIOCore

/// Ends connections of one event loop that have been silent for too long.
///
/// One pass over all of them every few seconds, where a timer for each would cost every request a reschedule.
final class ConnectionSweep {
  static let interval = TimeAmount.seconds(5)
  /// A connection without a request ends after three minutes: longer than the pools of common HTTP clients keep theirs.
  static let idleSweeps = 36
  /// One request may take fifteen seconds to arrive.
  static let requestSweeps = 3

  /// Counts the passes: the clock that connections measure their silence by.
  private(set) var sweep = 0
  private var handlers: [ObjectIdentifier: FastLaneHandler] = [:]

  func add(_ handler: FastLaneHandler) { handlers[ObjectIdentifier(handler)] = handler }
  func remove(_ handler: FastLaneHandler) { handlers[ObjectIdentifier(handler)] = nil }

  func run() {
    sweep += 1
    for handler in Array(handlers.values) { handler.sweep(sweep) }
  }
}

@available(*, unavailable)
extension ConnectionSweep: Sendable {}
