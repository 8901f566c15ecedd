import Synchronization

/// Every event that was ever sent, by its number, and what its sender was told.
final class Ledger: Sendable {
  enum Outcome: UInt8, Sendable {
    /// `{"ok":true}`: it must be kept, once.
    case acknowledged
    /// An error that promises that nothing was stored.
    case refused
    /// `outcome_unknown`, or no answer: it may be kept or not, but not twice.
    case unknown
  }

  struct Entry: Sendable {
    let bot: Int
    /// Milliseconds since the start of the run.
    let sent: Int
    /// The same; nil, and unknown, while nothing was answered.
    var told: Int?
    var outcome = Outcome.unknown
  }

  private let entries = Mutex<[Entry]>([])
  private let answers = Mutex<[String: Int]>([:])
  let start = ContinuousClock.now

  /// Milliseconds since the start of the run.
  var now: Int { Int(start.duration(to: .now) / .milliseconds(1)) }

  var count: Int { entries.withLock { $0.count } }

  func snapshot() -> [Entry] { entries.withLock { $0 } }

  /// How often each answer was given: `ok`, the errors' words, and what became of connections.
  var tallies: [String: Int] { answers.withLock { $0 } }

  /// Numbers for events that are sent now.
  func begin(bot: Int, count: Int) -> Range<Int> {
    let now = now
    return entries.withLock { entries in
      let first = entries.count
      entries.append(contentsOf: repeatElement(Entry(bot: bot, sent: now), count: count))
      return first..<entries.count
    }
  }

  func settle(_ numbers: Range<Int>, _ outcome: Outcome, answer: String) {
    let now = now
    entries.withLock { entries in
      for number in numbers {
        entries[number].outcome = outcome
        entries[number].told = now
      }
    }
    answers.withLock { $0[answer, default: 0] += numbers.count }
  }
}
