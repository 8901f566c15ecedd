extension Fault {
  /// What happens between servers and Redis.
  static let wireFaults = [
    wire("wire-cut", .refuse, cuts: true, isQuick: true),
    wire("wire-garbage", .garbage, isQuick: true),
    wire("wire-half-reply", .half, isQuick: true),
    wire("wire-stall", .stall, hold: 500...8000),
    wire("wire-slow", .slow(milliseconds: 80), hold: 1000...4000),
  ]

  private static func wire(
    _ name: String,
    _ mode: WireProxy.Mode,
    cuts: Bool = false,
    hold: ClosedRange<Int> = 50...3000,
    isQuick: Bool = false
  ) -> Fault {
    Fault(name: name, areas: [.wire], hold: hold, isQuick: isQuick) { world, _ in
      world.proxy.set(mode)
      if cuts { world.proxy.cut() }
    } heal: { world in
      world.proxy.set(.pass)
    }
  }
}
