import Glibc
package import Logging
package import Redis
import ServiceLifecycle
import Synchronization

/// Redis's time, at the cost of reading the machine's monotonic clock: all instances beside one Redis agree on it, and
/// setting a machine's wall clock moves nothing.
///
/// ``RedisClockService`` keeps it set. Until then ``isSet`` is false and ``nowMilliseconds`` is the machine's own wall clock.
package final class RedisClock: Sendable {
  private struct State {
    /// Nanoseconds to add to the monotonic clock.
    var offset: Int64
    /// The latest millisecond that was told: a small correction backwards must not make time run backwards.
    var latest = Int64.min
    var isSet = false
  }

  private let state: Mutex<State>
  /// The clock that offsets are relative to, in nanoseconds.
  let monotonic: @Sendable () -> Int64

  /// - Parameter monotonic: nanoseconds of a clock that never goes back; tests give their own.
  package init(monotonic: @escaping @Sendable () -> Int64 = { Monotonic.nanoseconds }) {
    self.monotonic = monotonic
    state = Mutex(State(offset: WallClock.nanoseconds - monotonic()))
  }

  private init(stoppedAt milliseconds: Int64) {
    monotonic = { 0 }
    state = Mutex(State(offset: milliseconds * 1_000_000, isSet: true))
  }

  /// A clock for tests that stands still until ``advance(byMilliseconds:)`` or ``move(toMilliseconds:)``.
  package static func manual(milliseconds: Int64) -> RedisClock { RedisClock(stoppedAt: milliseconds) }

  /// Redis's Unix time in milliseconds. It never goes back, unless Redis's own clock was set back by more than a
  /// correction's size (then it follows: see ``ClockFilter``).
  package var nowMilliseconds: Int64 {
    let monotonic = monotonic()
    return state.withLock { state in
      state.latest = max(state.latest, (monotonic + state.offset) / 1_000_000)
      return state.latest
    }
  }

  /// Redis's Unix time in whole seconds.
  package var nowSeconds: Int64 { nowMilliseconds / 1000 }

  /// Whether the time has been read from Redis at least once.
  package var isSet: Bool { state.withLock(\.isSet) }

  /// For ``manual(milliseconds:)`` clocks: lets time pass (or go back).
  package func advance(byMilliseconds milliseconds: Int64) {
    move(toMilliseconds: state.withLock(\.offset) / 1_000_000 + milliseconds)
  }

  /// For ``manual(milliseconds:)`` clocks.
  package func move(toMilliseconds milliseconds: Int64) { apply(.moved(milliseconds * 1_000_000, by: 0)) }

  /// Takes over what the filter made of a measurement.
  package func apply(_ change: ClockFilter.Change) {
    state.withLock { state in
      switch change {
      case .none: return
      case .offset(let nanoseconds) where state.isSet: state.offset = nanoseconds
      // What was told before binds nobody: by the machine's own clock, or by Redis's before it was set, it may be far
      // ahead.
      case .offset(let nanoseconds), .moved(let nanoseconds, _): state = State(offset: nanoseconds, isSet: true)
      }
    }
  }
}

/// Keeps a ``RedisClock`` set: asks Redis for `TIME` each second (at first faster, until the filter has a few readings).
package struct RedisClockService: Service {
  private let clock: RedisClock
  private let client: RedisClient
  private let logger: Logger

  package init(clock: RedisClock, client: RedisClient, logger: Logger) {
    self.clock = clock
    self.client = client
    self.logger = logger
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var filter = ClockFilter()
      var measured = 0
      while !Task.isCancelled {
        if let measurement = try? await measure() {
          let change = filter.add(measurement)
          clock.apply(change)
          measured += 1
          if case .moved(_, let by) = change {
            logger.warning(
              "Redis's clock was set to another time; following it",
              metadata: ["by_milliseconds": "\(by / 1_000_000)"]
            )
          }
        }
        try? await Task.sleep(for: measured < 4 ? .milliseconds(100) : .seconds(1))
      }
    }
  }

  /// Sets the clock by one reading, for commands that run once.
  package func setOnce() async throws {
    var filter = ClockFilter()
    clock.apply(filter.add(try await measure()))
  }

  private func measure() async throws -> ClockFilter.Measurement {
    let sent = clock.monotonic()
    let reply = try await client.send("TIME")
    let answered = clock.monotonic()
    guard let microseconds = Self.microseconds(of: reply) else { throw StoreError.unexpectedReply(command: "TIME") }
    return .init(sent: sent, answered: answered, redisMicroseconds: microseconds)
  }

  /// What Redis answered to TIME, in microseconds since 1970; nil when that isn't a time before 2242: as nanoseconds it
  /// wouldn't fit into 64 bits much later.
  static func microseconds(of reply: RedisValue) -> Int64? {
    guard let time = reply.array, time.count == 2, let seconds = time[0].int, let microseconds = time[1].int,
      (0..<1 << 33).contains(seconds), (0..<1_000_000).contains(microseconds)
    else { return nil }
    return seconds * 1_000_000 + microseconds
  }
}

/// The machine's monotonic clock: it never goes back, and setting the wall clock doesn't move it.
package enum Monotonic {
  package static var nanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// This machine's wall clock: for what is only told to people, and until Redis's time is known.
package enum WallClock {
  package static var nanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  package static var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
