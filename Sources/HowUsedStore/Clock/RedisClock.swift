import Synchronization

/// Redis's time, at the cost of reading the machine's monotonic clock: all instances beside one Redis agree on it, and
/// setting a machine's wall clock moves nothing.
///
/// As a service it asks for `TIME` every second. Until the first answer, ``isSet`` is false and ``nowMilliseconds`` is
/// the machine's own wall clock.
package final class RedisClock: Sendable {
  /// The time as it goes until Redis's own clock is set: then another one begins.
  private struct Timeline: ~Copyable {
    /// Nanoseconds to add to the monotonic clock.
    let offset: Atomic<Int64>
    /// The latest millisecond that was told: a small correction backwards must not make time run backwards.
    let latest = Atomic<Int64>(.min)

    init(offset nanoseconds: Int64) { offset = Atomic(nanoseconds) }

    func milliseconds(at monotonic: Int64) -> Int64 {
      let now = (monotonic + offset.load(ordering: .relaxed)) / 1_000_000
      let told = latest.load(ordering: .relaxed)
      if now <= told { return told }
      return max(now, latest.max(now, ordering: .relaxed).newValue)
    }

    func restart(offset nanoseconds: Int64) {
      offset.store(nanoseconds, ordering: .relaxed)
      latest.store(.min, ordering: .relaxed)
    }
  }

  /// How many timelines have begun. Until the first of Redis's it is 0.
  private let era: Atomic<Int>
  // In turns, by the era's last bit: who still reads the one before can't hold the present one ahead.
  private let even: Timeline
  private let odd: Timeline
  /// The clock that offsets are relative to, in nanoseconds.
  let monotonic: @Sendable () -> Int64

  /// - Parameter monotonic: nanoseconds of a clock that never goes back; tests give their own.
  package init(monotonic: @escaping @Sendable () -> Int64 = { Monotonic.nanoseconds }) {
    self.monotonic = monotonic
    era = Atomic(0)
    even = Timeline(offset: WallClock.nanoseconds - monotonic())
    odd = Timeline(offset: 0)
  }

  private init(stoppedAt milliseconds: Int64) {
    monotonic = { 0 }
    era = Atomic(1)
    even = Timeline(offset: 0)
    odd = Timeline(offset: milliseconds * 1_000_000)
  }

  /// A clock for tests that stands still until ``advance(byMilliseconds:)`` or ``move(toMilliseconds:)``.
  package static func manual(milliseconds: Int64) -> RedisClock { RedisClock(stoppedAt: milliseconds) }

  /// Redis's Unix time in milliseconds. It never goes back, unless Redis's own clock was set back by more than a
  /// correction's size (then it follows: see ``ClockFilter``).
  package var nowMilliseconds: Int64 {
    isEven ? even.milliseconds(at: monotonic()) : odd.milliseconds(at: monotonic())
  }

  /// Redis's Unix time in whole seconds.
  package var nowSeconds: Int64 { nowMilliseconds / 1000 }

  /// Whether the time has been read from Redis at least once.
  package var isSet: Bool { era.load(ordering: .relaxed) > 0 }

  /// For ``manual(milliseconds:)`` clocks: lets time pass (or go back).
  package func advance(byMilliseconds milliseconds: Int64) {
    move(toMilliseconds: offset / 1_000_000 + milliseconds)
  }

  /// For ``manual(milliseconds:)`` clocks.
  package func move(toMilliseconds milliseconds: Int64) { begin(offset: milliseconds * 1_000_000) }

  /// Takes over what the filter made of a measurement. By one task only.
  package func apply(_ change: ClockFilter.Change) {
    switch change {
    case .none: return
    case .offset(let nanoseconds) where isSet: correct(offset: nanoseconds)
    // What was told by the machine's own clock binds nobody: it may be far ahead of Redis's.
    case .offset(let nanoseconds), .moved(let nanoseconds, _): begin(offset: nanoseconds)
    }
  }

  private var offset: Int64 {
    isEven ? even.offset.load(ordering: .relaxed) : odd.offset.load(ordering: .relaxed)
  }

  private func correct(offset nanoseconds: Int64) {
    isEven ? even.offset.store(nanoseconds, ordering: .relaxed) : odd.offset.store(nanoseconds, ordering: .relaxed)
  }

  private func begin(offset nanoseconds: Int64) {
    isEven ? odd.restart(offset: nanoseconds) : even.restart(offset: nanoseconds)
    era.add(1, ordering: .releasing)
  }

  private var isEven: Bool { era.load(ordering: .acquiring) & 1 == 0 }
}
