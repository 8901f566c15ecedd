/// Decides from measurements of Redis's clock which offset to go by. A value without I/O.
///
/// A measurement is wrong by at most half of its round trip, so among the last few the one with the shortest round trip
/// is used. When Redis's clock itself is set (or a failover brings another machine's), the offset follows once several
/// measurements in a row agree: one odd answer moves nothing.
package struct ClockFilter: Sendable {
  /// One reading of Redis's `TIME`, all in nanoseconds.
  package struct Measurement: Sendable, Equatable {
    /// Redis's Unix time minus the monotonic clock in the middle of the round trip.
    package var offset: Int64
    package var roundTrip: Int64

    package init(offset: Int64, roundTrip: Int64) {
      self.offset = offset
      self.roundTrip = roundTrip
    }

    /// - Parameters: monotonic nanoseconds when `TIME` was sent and answered, and its answer in Unix microseconds.
    package init(sent: Int64, answered: Int64, redisMicroseconds: Int64) {
      roundTrip = max(0, answered - sent)
      offset = redisMicroseconds * 1_000 - (sent + roundTrip / 2)
    }

    /// Whether both can be readings of one steady clock.
    func agrees(with other: Measurement) -> Bool {
      abs(offset - other.offset) <= (roundTrip + other.roundTrip) / 2 + ClockFilter.tolerance
    }
  }

  package enum Change: Sendable, Equatable {
    /// The first measurement, or a refinement of a steady clock.
    case offset(Int64)
    /// The clock of Redis was set: it is another one from here on.
    case moved(Int64, by: Int64)
    case none
  }

  /// How far steady clocks may drift apart within ``windowSize`` measurements: 50 ms.
  static let tolerance: Int64 = 50_000_000
  static let windowSize = 8
  /// How many measurements in a row must disagree with the offset, and agree with each other, to be believed.
  static let agreementNeeded = 3

  private var window: [Measurement] = []
  private var dissenters: [Measurement] = []

  package init() {}

  package mutating func add(_ measurement: Measurement) -> Change {
    guard let best = window.min(by: { $0.roundTrip < $1.roundTrip }), !measurement.agrees(with: best) else {
      dissenters.removeAll()
      window.append(measurement)
      if window.count > Self.windowSize { window.removeFirst() }
      return .offset(window.min { $0.roundTrip < $1.roundTrip }?.offset ?? measurement.offset)
    }
    if let last = dissenters.last, !measurement.agrees(with: last) { dissenters.removeAll() }
    dissenters.append(measurement)
    guard dissenters.count >= Self.agreementNeeded else { return .none }
    window = dissenters
    dissenters.removeAll()
    let offset = window.min { $0.roundTrip < $1.roundTrip }?.offset ?? measurement.offset
    return .moved(offset, by: offset - best.offset)
  }
}
