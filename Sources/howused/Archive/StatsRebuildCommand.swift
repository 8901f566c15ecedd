import ArgumentParser
import HowUsedArchive
import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Redis
import Synchronization

struct StatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Manage the statistics.",
    subcommands: [StatsRebuildCommand.self]
  )
}

struct StatsRebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Make all statistics anew from the archive.",
    discussion: """
      Nobody has to: damaged or missing files are made anew by the server. It works beside a server, which goes on with \
      the old ones until the new ones take their place, partition by partition. Run it where the archive is.
      """
  )

  @Flag(help: "Even if archived days were removed, and with them what only they could tell.")
  var force = false

  @OptionGroup var store: StoreOptions
  @OptionGroup(title: "Statistics") var statistics: StatisticsOptions

  func run() async throws {
    let archive = try store.archive()
    let outcome = try await store.withStore(archive: true) { store in try await rebuild(store, archive) }
    for damage in outcome.damages { print("Not counted: \(damage)") }
    print("Counted \(outcome.events) events anew.")
    guard outcome.damages.isEmpty else { throw ExitCode.failure }
  }

  private func rebuild(_ store: Store, _ archive: ArchiveLayout) async throws -> RebuildOutcome {
    let now = try await store.clock().nowMilliseconds
    var work: [(rebuild: RollupRebuild, removals: [Int64: StreamID], events: Int)] = []
    for partition in store.keys.partitions {
      let rebuild = RollupRebuild(archive, partition, retention: statistics.retention)
      work.append((rebuild, try await Self.removals(store, partition), try rebuild.events(force: force)))
    }
    let progress = RebuildProgress(total: work.reduce(0) { $0 + $1.events })
    // The largest first, one on each core: it decides how long all of it takes.
    work.sort { $0.events > $1.events }
    var outcome = RebuildOutcome()
    try await withThrowingTaskGroup(of: [String].self) { group in
      var next = 0
      func begin() {
        guard next < work.count else { return }
        let (rebuild, removals, _) = work[next]
        next += 1
        group.addTask { try rebuild.run(now: now, removals: removals) { progress.add($0) } }
      }
      for _ in 0..<2 { begin() }
      while let damages = try await group.next() {
        outcome.damages += damages
        begin()
      }
    }
    outcome.events = progress.finish()
    return outcome
  }

  private static func removals(_ store: Store, _ partition: Partition) async throws -> [Int64: StreamID] {
    var fields = (try await store.client.send("HGETALL", store.keys.removals(partition)).array ?? [])[...]
    var removals: [Int64: StreamID] = [:]
    while let bot = fields.popFirst()?.string.flatMap({ Int64($0) }), let id = fields.popFirst()?.string {
      removals[bot] = StreamID(id)
    }
    return removals
  }
}

private struct RebuildOutcome: Sendable {
  var events = 0
  /// What couldn't be counted, for a person.
  var damages: [String] = []
}

/// How many events were counted, told on a terminal.
private final class RebuildProgress: Sendable {
  private let total: Int
  private let counted = Mutex(0)
  private let line = ProgressLine()

  /// - Parameter total: events.
  init(total: Int) { self.total = total }

  func add(_ events: Int) {
    let counted = counted.withLock { counted in
      counted += events
      return counted
    }
    line.show(done: Double(counted) / Double(max(total, 1)), "\(counted) events")
  }

  /// Returns how many events were counted.
  func finish() -> Int {
    line.clear()
    return counted.withLock { $0 }
  }
}
