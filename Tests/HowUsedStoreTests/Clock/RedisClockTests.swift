import Logging
import Redis
import Synchronization
import Testing
import TestSupport

@testable import HowUsedStore

struct RedisClockTests {
  /// A monotonic clock that the test turns.
  final class Hand: Sendable {
    let nanoseconds = Atomic<Int64>(5_000_000_000)
    /// Done once, while somebody reads.
    let meanwhile = Mutex<(@Sendable () -> Void)?>(nil)
    func advance(milliseconds: Int64) { nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed) }

    func read() -> Int64 {
      let action = meanwhile.withLock { meanwhile in
        defer { meanwhile = nil }
        return meanwhile
      }
      action?()
      return nanoseconds.load(ordering: .relaxed)
    }
  }

  private func clock(_ hand: Hand) -> RedisClock { RedisClock { hand.read() } }

  @Test("Before Redis has told its time, it is the machine's")
  func beforeTheFirstAnswer() {
    let clock = RedisClock()
    #expect(!clock.isSet)
    #expect(abs(clock.nowMilliseconds - WallClock.nanoseconds / 1_000_000) < 1000)
  }

  @Test("The first answer counts although the machine's clock was ahead and has been asked")
  func aheadOfRedis() {
    let hand = Hand()
    let clock = clock(hand)
    #expect(clock.nowMilliseconds > 6000)
    clock.apply(.offset(1_000_000_000))
    #expect(clock.nowMilliseconds == 6000)
    hand.advance(milliseconds: 1)
    #expect(clock.nowMilliseconds == 6001)
  }

  @Test("It goes with the monotonic clock and Redis's offset")
  func offset() {
    let hand = Hand()
    let clock = clock(hand)
    clock.apply(.moved(1_000_000_000, by: 0))
    #expect(clock.isSet)
    #expect(clock.nowMilliseconds == 6000)
    hand.advance(milliseconds: 1234)
    #expect(clock.nowMilliseconds == 7234)
    #expect(clock.nowSeconds == 7)
  }

  @Test("A correction backwards makes time stand, never go back")
  func monotonic() {
    let hand = Hand()
    let clock = clock(hand)
    clock.apply(.moved(1_000_000_000, by: 0))
    #expect(clock.nowMilliseconds == 6000)
    clock.apply(.offset(990_000_000))
    #expect(clock.nowMilliseconds == 6000)
    hand.advance(milliseconds: 9)
    #expect(clock.nowMilliseconds == 6000)
    hand.advance(milliseconds: 2)
    #expect(clock.nowMilliseconds == 6001)
  }

  @Test("When Redis's own clock was set back, it follows")
  func setBack() {
    let hand = Hand()
    let clock = clock(hand)
    clock.apply(.moved(100_000_000_000, by: 0))
    #expect(clock.nowMilliseconds == 105_000)
    clock.apply(.moved(1_000_000_000, by: -99_000_000_000))
    #expect(clock.nowMilliseconds == 6000)
  }

  @Test("Who was reading it when Redis's clock was set back doesn't hold it ahead")
  func setBackMeanwhile() {
    let hand = Hand()
    let clock = clock(hand)
    clock.apply(.offset(100_000_000_000))
    hand.meanwhile.withLock { $0 = { clock.apply(.moved(1_000_000_000, by: -99_000_000_000)) } }
    #expect(clock.nowMilliseconds == 6000)
    #expect(clock.nowMilliseconds == 6000)
  }

  @Test("A manual clock stands still until it is moved")
  func manual() {
    let clock = RedisClock.manual(milliseconds: 1000)
    #expect(clock.nowMilliseconds == 1000)
    clock.advance(byMilliseconds: 119_000)
    #expect(clock.nowMilliseconds == 120_000)
    clock.move(toMilliseconds: 5)
    #expect(clock.nowMilliseconds == 5)
  }

  @Test("A time that can't be is no time")
  func oddTimes() {
    func time(_ seconds: Int64, _ microseconds: Int64) -> Int64? {
      RedisClockService.microseconds(of: .array([.integer(seconds), .integer(microseconds)]))
    }
    #expect(time(1, 999_999) == 1_999_999)
    #expect(time(0, 0) == 0)
    for seconds in [-1, 1 << 33, .max, .min] as [Int64] { #expect(time(seconds, 0) == nil) }
    for microseconds in [-1, 1_000_000, .max] as [Int64] { #expect(time(1, microseconds) == nil) }
    #expect(RedisClockService.microseconds(of: .array([.integer(1)])) == nil)
    #expect(RedisClockService.microseconds(of: .simple("OK")) == nil)
    // The latest and the earliest, one after the other, for a machine that has run for ten years.
    let up: Int64 = 315_000_000_000_000_000
    let hand = Hand()
    hand.nanoseconds.store(up, ordering: .relaxed)
    let clock = clock(hand)
    var filter = ClockFilter()
    for microseconds in [(1 << 33) * 1_000_000 - 1, 0, 0, 0] as [Int64] {
      clock.apply(filter.add(.init(sent: up, answered: up, redisMicroseconds: microseconds)))
      #expect(clock.nowMilliseconds >= 0)
    }
    #expect(clock.nowMilliseconds == 0)
  }

  @Test("It is set from a real Redis")
  func fromRedis() async throws {
    try await RedisServerProcess.with { server in
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let client = RedisClient(endpoint: server.endpoint, logger: logger)
      try await client.waitUntilReady(timeout: .seconds(30))
      let clock = RedisClock { 0 }
      try await RedisClockService(clock: clock, client: client, logger: logger).setOnce()
      #expect(clock.isSet)
      // Both read the same machine's wall clock.
      #expect(abs(clock.nowMilliseconds - WallClock.nanoseconds / 1_000_000) < 2000)
      await client.shutdown()
    }
  }
}
