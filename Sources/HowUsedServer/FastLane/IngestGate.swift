import HowUsedModel
import Synchronization

/// Whether events are taken at present. Every request looks here; the service that watches Redis's memory closes it, and
/// the operator may limit how many events a second one bot can send.
package final class IngestGate: Sendable {
  private let closed = Atomic(false)
  private let rateLimit: Int?
  private let rates = Mutex<[BotID: RateCounter]>([:])

  /// - Parameter rateLimit: events a second of one bot; nil sets no limit.
  package init(rateLimit: Int? = nil) { self.rateLimit = rateLimit }

  package static let rateLimits = 1...RateCounter.largestLimit

  package var isClosed: Bool {
    get { closed.load(ordering: .relaxed) }
    set { closed.store(newValue, ordering: .relaxed) }
  }

  /// What counts the bot's events, the same for all event loops; nil when there is no limit.
  func rate(of bot: BotID) -> RateCounter? {
    guard let rateLimit else { return nil }
    return rates.withLock { rates in
      if let rate = rates[bot] { return rate }
      let rate = RateCounter(limit: rateLimit)
      rates[bot] = rate
      return rate
    }
  }
}
