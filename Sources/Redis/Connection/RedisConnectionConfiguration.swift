package import NIOCore

/// The bounds of a connection.
package struct RedisConnectionConfiguration: Sendable {
  /// Requests that may wait for their replies. More are refused with `.queueFull`.
  package var maxPending = 65536
  /// Bytes of requests that may wait for their replies. A request is refused with `.queueFull` when this many are
  /// waiting already; so one single request may be larger.
  package var maxPendingBytes = 64 * 1024 * 1024
  /// How long a reply may take. It's looked at every `tick`, so it can take effect up to two ticks late, never early.
  package var replyTimeout: TimeAmount = .seconds(2)
  /// How long connecting may take, and then logging in.
  package var connectTimeout: TimeAmount = .seconds(1)
  /// The longest wait is half a second, so that a Redis that is back is found within one.
  package var backoff = ReconnectBackoff(shortest: .milliseconds(10), longest: .milliseconds(500))
  /// How often deadlines are looked at.
  package var tick: TimeAmount = .milliseconds(100)

  package init() {}
}

/// How long to wait before the next attempt to connect: doubled with each failure, and a random half of it taken off, so
/// that many connections don't come back in step.
package struct ReconnectBackoff: Sendable, Equatable {
  package var shortest: TimeAmount
  package var longest: TimeAmount

  package init(shortest: TimeAmount, longest: TimeAmount) {
    self.shortest = shortest
    self.longest = longest
  }

  /// The wait after `failures` (at least 1) attempts in a row that failed. `random` is 0 to 1.
  func delay(afterFailures failures: Int, random: Double) -> TimeAmount {
    let doublings = min(max(failures, 1) - 1, 30)
    let (product, overflow) = shortest.nanoseconds.multipliedReportingOverflow(by: 1 << doublings)
    let whole = overflow ? longest.nanoseconds : min(product, longest.nanoseconds)
    return .nanoseconds(whole / 2 + Int64(Double(whole / 2) * random))
  }
}
