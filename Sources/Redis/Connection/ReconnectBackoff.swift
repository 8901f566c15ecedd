package import NIOCore

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
