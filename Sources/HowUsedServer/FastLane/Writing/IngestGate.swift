import HowUsedModel
import Synchronization

/// Whether events are taken at present. Every request looks here; the service that watches Redis's memory closes it, and
/// the operator may limit how many events a second one bot can send.
package final class IngestGate: Sendable {
  private let closed = Atomic(false)
  private let rateLimit: Int?
  private let userLimit: Int
  private let rates = Mutex<[BotID: RateCounter]>([:])

  /// Events a second of one bot, when nothing else is said.
  package static let standardRate = 10_000

  /// - Parameter rateLimit: events a second of one bot that has none of its own; nil sets no limit.
  /// - Parameter userLimit: different users of one bot within the longest window of its online count; 0 sets no limit.
  package init(rateLimit: Int? = nil, userLimit: Int = IngestGate.standardUsers) {
    self.rateLimit = rateLimit
    self.userLimit = userLimit
  }

  /// Users that a bot may have online, when nothing else is said: some 100 MB of Redis.
  package static let standardUsers = 1_000_000

  /// Whether a bot with so many users online has more than it may: who invents user ids would fill Redis for everybody.
  func isCrowded(_ users: Int64) -> Bool { userLimit > 0 && users > userLimit }

  var crowded: RequestError {
    let minutes = Limits.onlineSeconds.upperBound / 60
    return RequestError(
      .tooManyRequests,
      "the bot has more than \(userLimit) different users within \(minutes) minutes; nothing was stored",
      retryAfter: 5
    )
  }

  package static let rateLimits = 1...RateCounter.largestLimit

  package var isClosed: Bool {
    get { closed.load(ordering: .relaxed) }
    set { closed.store(newValue, ordering: .relaxed) }
  }

  /// What counts the bot's events, the same for all event loops; nil when there is no limit.
  /// - Parameter own: the bot's own limit: 0 is none; nil when it has the server's.
  func rate(of bot: BotID, own: Int?) -> RateCounter? {
    guard let limit = own ?? rateLimit, limit > 0 else { return nil }
    return rates.withLock { rates in
      if let rate = rates[bot], rate.limit == UInt64(clamping: limit) { return rate }
      let rate = RateCounter(limit: limit)
      rates[bot] = rate
      return rate
    }
  }
}

/// Counts one bot's events of the present second, over all event loops of this process.
final class RateCounter: Sendable {
  /// The second in the upper 40 bits, what was counted in it in the lower 24.
  private let state = Atomic<UInt64>(0)
  let limit: UInt64

  /// - Parameter limit: events a second, at most 2^24 - 1 - 1000 so that a last batch can't overflow.
  init(limit: Int) { self.limit = UInt64(clamping: min(limit, RateCounter.largestLimit)) }

  static let largestLimit = 1 << 23

  /// Counts `events`, unless as many as allowed were counted in this second before: a batch may go beyond by its size.
  ///
  /// - Parameter second: Unix seconds.
  /// - Returns: whether they are within the limit.
  func admits(_ events: Int, second: Int64) -> Bool {
    let second = UInt64(clamping: second)
    var known = state.load(ordering: .relaxed)
    while true {
      let counted = known >> 24 == second ? known & 0xff_ffff : 0
      guard counted < limit else { return false }
      let next = second << 24 | (counted + UInt64(clamping: events))
      let (exchanged, original) = state.compareExchange(expected: known, desired: next, ordering: .relaxed)
      if exchanged { return true }
      known = original
    }
  }
}
