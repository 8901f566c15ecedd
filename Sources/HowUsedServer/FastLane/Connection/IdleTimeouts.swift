import NIOCore

/// Ends connections of one event loop that have been silent for too long.
///
/// All of them are checked together every few seconds, where a timer for each would cost every request a reschedule.
final class IdleTimeouts {
  static let interval = TimeAmount.seconds(5)
  /// A connection without a request ends after three minutes: longer than the pools of common HTTP clients keep theirs.
  static let idleChecks = 36
  /// One request may take fifteen seconds to arrive.
  static let requestChecks = 3
  /// A head that SwiftNIO's decoder reads, ten.
  static let headChecks = 2

  /// How many checks there were: the clock that connections measure their silence by.
  private(set) var checks = 0
  private var handlers: [ObjectIdentifier: FastLaneHandler] = [:]

  func add(_ handler: FastLaneHandler) { handlers[ObjectIdentifier(handler)] = handler }
  func remove(_ handler: FastLaneHandler) { handlers[ObjectIdentifier(handler)] = nil }

  func check() {
    checks += 1
    for handler in Array(handlers.values) { handler.checkIdleTimeout(checks) }
  }
}

@available(*, unavailable)
extension IdleTimeouts: Sendable {}
