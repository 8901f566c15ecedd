extension Fault {
  /// Wall clocks that jump, and jump back.
  static let clockFaults = [
    clock("clock-redis-hour", { $0.redisShim }, hours: 1),
    clock("clock-redis-hour-back", { $0.redisShim }, hours: -1),
    clock("clock-redis-days", { $0.redisShim }, hours: 2400),
    clock("clock-redis-days-back", { $0.redisShim }, hours: -2400),
    clock("clock-server-hour", { $0.serverShim }, hours: 1),
    clock("clock-server-hour-back", { $0.serverShim }, hours: -1),
    clock("clock-server-days", { $0.serverShim }, hours: 2400),
    clock("clock-server-days-back", { $0.serverShim }, hours: -2400),
  ]

  private static func clock(
    _ name: String,
    _ shim: @escaping @Sendable (World) -> ShimControl,
    hours: Int
  ) -> Fault {
    Fault(name: name, areas: [.clock], needs: [.shim], hold: 2000...8000) { world, _ in
      try shim(world).setClock(milliseconds: hours * 3_600_000)
    } heal: {
      try shim($0).setClock(milliseconds: 0)
    }
  }
}
