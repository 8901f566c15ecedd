import Synchronization

/// Redis's time, at the cost of reading the machine's monotonic clock: all instances beside one Redis agree on it, and
/// setting a machine's wall clock moves nothing.
///
/// As a service it asks for `TIME` every second. Until the first answer, ``isSet`` is false and ``nowMilliseconds`` is
/// the machine's own wall clock.
package final class RedisClock: Sendable {
  /// Nanoseconds to add to the monotonic clock.
  private let offset: Atomic<Int64>
  /// The latest millisecond that was told: a small correction backwards must not make time run backwards.
  private let latest = Atomic<Int64>(.min)
  private let wasRead: Atomic<Bool>
  /// The clock that offsets are relative to, in nanoseconds.
  let monotonic: @Sendable () -> Int64

  /// - Parameter monotonic: nanoseconds of a clock that never goes back; tests give their own.
  package init(monotonic: @escaping @Sendable () -> Int64 = { Monotonic.nanoseconds }) {
    self.monotonic = monotonic
    offset = Atomic(WallClock.nanoseconds - monotonic())
    wasRead = Atomic(false)
  }

  private init(stoppedAt milliseconds: Int64) {
    monotonic = { 0 }
    offset = Atomic(milliseconds * 1_000_000)
    wasRead = Atomic(true)
  }

  /// A clock for tests that stands still until ``advance(byMilliseconds:)`` or ``move(toMilliseconds:)``.
  package static func manual(milliseconds: Int64) -> RedisClock { RedisClock(stoppedAt: milliseconds) }

  /// Redis's Unix time in milliseconds. It never goes back, unless Redis's own clock was set back by more than a
  /// correction's size (then it follows: see ``ClockFilter``).
  package var nowMilliseconds: Int64 {
    // What was told by the machine's own clock binds nobody: it may be far ahead of Redis's.
    let wasRead = wasRead.load(ordering: .acquiring)
    let now = (monotonic() + offset.load(ordering: .relaxed)) / 1_000_000
    guard wasRead else { return now }
    let told = latest.load(ordering: .relaxed)
    if now <= told { return told }
    return max(now, latest.max(now, ordering: .relaxed).newValue)
  }

  /// Redis's Unix time in whole seconds.
  package var nowSeconds: Int64 { nowMilliseconds / 1000 }

  /// Whether the time has been read from Redis at least once.
  package var isSet: Bool { wasRead.load(ordering: .relaxed) }

  /// For ``manual(milliseconds:)`` clocks: lets time pass (or go back).
  package func advance(byMilliseconds milliseconds: Int64) {
    move(toMilliseconds: offset.load(ordering: .relaxed) / 1_000_000 + milliseconds)
  }

  /// For ``manual(milliseconds:)`` clocks.
  package func move(toMilliseconds milliseconds: Int64) {
    offset.store(milliseconds * 1_000_000, ordering: .relaxed)
    latest.store(.min, ordering: .relaxed)
  }

  /// Takes over what the filter made of a measurement.
  package func apply(_ change: ClockFilter.Change) {
    switch change {
    case .none: return
    case .offset(let nanoseconds): offset.store(nanoseconds, ordering: .relaxed)
    case .moved(let nanoseconds, _):
      offset.store(nanoseconds, ordering: .relaxed)
      latest.store(.min, ordering: .relaxed)
    }
    wasRead.store(true, ordering: .releasing)
  }
}
