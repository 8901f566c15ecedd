import Testing

@testable import HowUsedStore

struct ClockFilterTests {
  private static let millisecond: Int64 = 1_000_000

  private func measurement(_ offset: Int64, roundTrip: Int64 = 1) -> ClockFilter.Measurement {
    .init(offset: offset * Self.millisecond, roundTrip: roundTrip * Self.millisecond)
  }

  @Test("The middle of the round trip is taken for the moment of the answer")
  func middle() {
    let reading = ClockFilter.Measurement(sent: 1_000_000, answered: 3_000_000, redisMicroseconds: 5_000)
    #expect(reading == .init(offset: 3_000_000, roundTrip: 2_000_000))
  }

  @Test("The shortest round trip of the last eight decides")
  func bestRoundTrip() {
    var filter = ClockFilter()
    #expect(filter.add(measurement(100, roundTrip: 40)) == .offset(100 * Self.millisecond))
    #expect(filter.add(measurement(110, roundTrip: 2)) == .offset(110 * Self.millisecond))
    for _ in 0..<7 { #expect(filter.add(measurement(120, roundTrip: 30)) == .offset(110 * Self.millisecond)) }
    #expect(filter.add(measurement(120, roundTrip: 30)) == .offset(120 * Self.millisecond))
  }

  @Test("One odd answer moves nothing, three that agree do")
  func moved() {
    var filter = ClockFilter()
    _ = filter.add(measurement(0))
    #expect(filter.add(measurement(3_600_000)) == .none)
    #expect(filter.add(measurement(0)) == .offset(0))
    #expect(filter.add(measurement(3_600_000)) == .none)
    #expect(filter.add(measurement(3_600_000)) == .none)
    #expect(
      filter.add(measurement(3_600_001)) == .moved(3_600_000 * Self.millisecond, by: 3_600_000 * Self.millisecond)
    )
    #expect(filter.add(measurement(3_600_000)) == .offset(3_600_000 * Self.millisecond))
  }

  @Test("Odd answers that disagree with each other are never believed")
  func noise() {
    var filter = ClockFilter()
    _ = filter.add(measurement(0))
    for step in 1...20 { #expect(filter.add(measurement(Int64(step) * 10_000)) == .none) }
    #expect(filter.add(measurement(1)) == .offset(0))
  }
}
