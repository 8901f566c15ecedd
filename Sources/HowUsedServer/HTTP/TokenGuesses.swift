package import Logging
import NIOCore
import Synchronization

/// Wrong tokens, by the address that they come from: whoever shows many waits for each further refusal, and the operator is
/// told once a minute. A right token is answered at once, wherever it comes from.
package final class TokenGuesses: Sendable {
  /// Wrong ones a minute of one address that are refused at once: a bot whose token was replaced sends some.
  static let free = 30
  /// How long a refusal beyond them waits.
  static let delay = TimeAmount.seconds(1)
  /// Addresses that are told apart; all others count as one.
  static let addressLimit = 10_000

  private struct State {
    var minute: Int64 = 0
    var counts: [String: Int] = [:]
    var all = 0
  }

  private let state = Mutex(State())
  private let logger: Logger

  package init(logger: Logger) { self.logger = logger }

  /// Counts a wrong token.
  /// - Parameters:
  ///   - address: nil is this machine.
  ///   - now: Unix milliseconds.
  /// - Returns: how long the refusal is to wait.
  func refused(_ address: String?, now: Int64) -> TimeAmount {
    let minute = now / 60_000
    let (count, last): (Int, (all: Int, addresses: Int)?) = state.withLock { state in
      var last: (all: Int, addresses: Int)?
      if state.minute != minute {
        if state.all > 0 { last = (state.all, state.counts.count) }
        // Who goes on guessing doesn't begin anew each minute.
        state.counts = state.counts.filter { $0.value > Self.free }.mapValues { min($0 / 2, Self.free) }
        state.minute = minute
        state.all = 0
      }
      state.all += 1
      var key = address ?? "this machine"
      if state.counts[key] == nil, state.counts.count >= Self.addressLimit { key = "others" }
      state.counts[key, default: 0] += 1
      return (state.counts[key, default: 0], last)
    }
    if let last {
      logger.warning(
        "wrong tokens were shown",
        metadata: ["count": "\(last.all)", "addresses": "\(last.addresses)"]
      )
    }
    return count > Self.free ? Self.delay : .zero
  }
}
