import TestSupport

/// Memory and open files, early in a run and at its end.
struct ResourceWatch: Sendable {
  let world: World

  /// What there is after `time`, or when the task is cancelled.
  func run(until time: Duration) async -> String {
    try? await Task.sleep(for: time)
    return "after \(world.ledger.now / 1000) s \(await sample())"
  }

  func sample() async -> String {
    var texts: [String] = []
    for server in world.servers {
      guard let (memory, files) = server.resources else { continue }
      let uptime = Int(server.uptime / .seconds(1))
      texts.append("\(server.name) \(memory >> 20) MB, \(files) files (up for \(uptime) s)")
    }
    let redis = (try? await world.redisMemory()).map { "\($0 >> 10) KB" } ?? "unknown"
    return texts.joined(separator: ", ") + ", Redis \(redis)"
  }
}
