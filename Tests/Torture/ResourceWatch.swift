import Synchronization
import TestSupport

/// Memory and open files of what runs.
final class ResourceWatch: Sendable {
  /// At one moment, or the most of several.
  struct Sample: Sendable, CustomStringConvertible {
    /// Bytes resident, of the servers together.
    var memory = 0
    /// Open files, likewise.
    var files = 0
    /// Bytes.
    var redis = 0

    var description: String { "servers \(memory >> 20) MB and \(files) files, Redis \(redis >> 10) KB" }

    func most(_ other: Sample) -> Sample {
      Sample(memory: max(memory, other.memory), files: max(files, other.files), redis: max(redis, other.redis))
    }

    func least(_ other: Sample) -> Sample {
      Sample(memory: min(memory, other.memory), files: min(files, other.files), redis: min(redis, other.redis))
    }

    /// By how much that is more than before, in percent, for a person.
    func growth(since before: Sample) -> String {
      let parts = [("memory", memory, before.memory), ("files", files, before.files), ("Redis", redis, before.redis)]
      return parts.map { "\($0) \(Self.percent($1, $2)) %" }.joined(separator: ", ")
    }

    /// Whether nothing is more than 5 % above what it was.
    func isAsMuch(as before: Sample) -> Bool {
      [(memory, before.memory), (files, before.files), (redis, before.redis)].allSatisfy { Self.percent($0, $1) <= 5 }
    }

    private static func percent(_ now: Int, _ before: Int) -> Double {
      before > 0 ? (Double(now - before) / Double(before) * 1000).rounded() / 10 : 0
    }
  }

  private let world: World
  private let highest = Mutex(Sample())

  init(world: World) { self.world = world }

  /// The most that there was at any second, also in the midst of faults.
  var peak: Sample { highest.withLock { $0 } }

  /// Watches for the peak until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      let sample = await sample()
      highest.withLock { $0 = $0.most(sample) }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// What two moments of a run can be compared by, since faults leave processes of any age and streams of any length: both
  /// servers are started anew and serve for `time` in peace, then nobody sends until nothing waits in Redis.
  func measure(after time: Duration) async throws -> Sample {
    for index in world.servers.indices { await world.stopServer(index) }
    try world.startServers()
    _ = await Recovery(world: world).events(within: .seconds(30))
    try await Task.sleep(for: time)
    world.isQuiet.store(true, ordering: .relaxed)
    defer { world.isQuiet.store(false, ordering: .relaxed) }
    let isEmpty = try await eventually(within: .seconds(60), every: .milliseconds(500)) { () -> Bool in
      try await world.waiting() == 0
    }
    if !isEmpty { world.report("\(try await world.waiting()) events stay in Redis although nobody sends") }
    var least = await sample()
    for _ in 0..<10 {
      try await Task.sleep(for: .milliseconds(500))
      least = least.least(await sample())
    }
    return least
  }

  private func sample() async -> Sample {
    var sample = Sample()
    for (memory, files) in world.servers.compactMap(\.resources) {
      sample.memory += memory
      sample.files += files
    }
    sample.redis = (try? await world.redisMemory()) ?? 0
    return sample
  }
}
