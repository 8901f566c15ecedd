package import Logging
package import Redis
import ServiceLifecycle

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
