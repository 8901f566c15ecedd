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
