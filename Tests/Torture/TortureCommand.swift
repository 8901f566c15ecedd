import ArgumentParser
import Foundation
import TestSupport

/// What scripts/torture runs.
@main struct TortureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "torture",
    abstract: "Let everything go wrong around real servers, and compare what is kept with what was acknowledged."
  )

  @Option(help: "How long faults go on.") var minutes = 2.0
  @Option(help: "Of all random choices.") var seed: UInt64 = .random(in: 0..<1_000_000_000)
  @Option(help: "Names, separated by commas; also: quick, all.") var faults = "quick"
  @Option(help: "Events a second.") var rate = 300
  @Option(help: "The program.") var program: String = HowUsedProgram.path
  @Option(help: "The built shim.c; without it clocks and fsync are left alone.") var shim: String?
  @Option(help: "For the table: what was built.") var commit = "unknown"
  @Flag(help: "Name the faults and end.") var list = false
  @Flag(help: "Leave the folder there at the end.") var keep = false

  /// Where the files of a run go with which something was wrong.
  private static let kept = ".build/torture"

  func run() async throws {
    // It may be the first process of its own world, which a signal without a handler doesn't end; all others end with it.
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in _exit(130) } }
    if list {
      for fault in Fault.all { print(fault.name, fault.isQuick ? "(quick)" : "") }
      return
    }
    let folder = try TemporaryFolder()
    let world = try await World(folder: folder.path, program: program, shim: shim)
    let chosen = try choice(world)
    print("torture: seed \(seed), commit \(commit), \(chosen.count) faults, in \(folder.path)")
    let isSound: Bool
    do {
      try await world.start()
      isSound = try await torture(world, chosen)
    } catch {
      print("torture: \(error)")
      isSound = false
    }
    if keep || !isSound { _ = try await world.shell("rm -rf \(Self.kept); cp -a '\(folder.path)' \(Self.kept)") }
    for server in world.servers + [world.redis] { server.kill() }
    _ = try await world.shell("umount -l '\(world.data)' '\(world.redisFolder)'")
    if !isSound {
      print("torture: something is wrong; all files are in \(Self.kept). Seed \(seed).")
      throw ExitCode.failure
    }
  }

  private func choice(_ world: World) throws -> [Fault] {
    let words = faults.split(separator: ",").map(String.init)
    for word in words where word != "quick" && word != "all" && !Fault.all.contains(where: { $0.name == word }) {
      throw ValidationError("--faults has \(word), which is none; see --list")
    }
    let chosen = Fault.all.filter { fault in
      words.contains { $0 == "all" || $0 == fault.name || ($0 == "quick" && fault.isQuick) }
    }
    for fault in chosen where !fault.needs.isSubset(of: world.abilities) {
      let missing = fault.needs.subtracting(world.abilities).map(\.rawValue).sorted().joined(separator: ", ")
      print("SKIPPED: \(fault.name), since this machine doesn't allow: \(missing)")
    }
    let possible = chosen.filter { $0.needs.isSubset(of: world.abilities) }
    guard !possible.isEmpty else { throw ValidationError("--faults leaves nothing to do here") }
    return possible
  }

  private func torture(_ world: World, _ chosen: [Fault]) async throws -> Bool {
    let moment = MachineLoad.now
    let load = Task { await Load(world: world, rate: rate, seed: seed).run() }
    let resources = ResourceWatch(world: world)
    let watch = Task { await resources.run() }
    var scheduler = Scheduler(world: world, faults: chosen, seed: seed)
    let begin = ContinuousClock.now
    // A long run compares what is taken after five minutes and at the end; a short one only comes to rest.
    let isLong = minutes >= 30
    let calm = Duration.seconds(min(120, max(20, minutes * 5)))
    func run(for time: Duration) async throws -> [Scheduler.Round] {
      try await scheduler.run(until: begin + time) { round in
        let recovery = round.recovery.map { "\(Int($0 / .milliseconds(1))) ms" } ?? "never"
        print("\(round.begin / 1000) s: \(round.names), recovered in \(recovery)")
      }
    }
    var rounds: [Scheduler.Round] = []
    var before: ResourceWatch.Sample?
    if isLong {
      rounds = try await run(for: .seconds(300))
      before = try await resources.measure(after: calm)
    }
    rounds += try await run(for: .seconds(minutes * 60))
    let after = try await resources.measure(after: calm)
    watch.cancel()
    load.cancel()
    await load.value
    let kills = world.servers.reduce(0) { $0 + $1.kills }

    let verdict = try await Ending(world: world, rounds: rounds).run()
    let entries = world.ledger.snapshot()
    let table = FaultTable(rounds, entries, verdict)
    print("\n\(table.text)\n")
    print(
      "answers:",
      world.ledger.tallies.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    )
    print("servers were killed \(kills) times, Redis \(world.redis.kills) times")
    print("resources in peace, at the end: \(after); the most of them at any second: \(resources.peak)")
    if let before {
      print("after five minutes it was: \(before) (since then \(after.growth(since: before)))")
      if !after.isAsMuch(as: before) { world.report("at the end there is more than 5 % more of something") }
    }
    print("somebody waited for a processor for \(Int(moment.shareOfWaiting * 100)) % of the time")
    if table.oldestLost > 0 { print("the oldest lost event was \(table.oldestLost) ms old when its fault began") }
    if table.lostWithoutLeave > 0 { world.report("\(table.lostWithoutLeave) acknowledged events are lost") }
    if !verdict.duplicated.isEmpty { world.report("\(verdict.duplicated.count) events are kept twice") }
    if !verdict.broken.isEmpty { world.report("\(verdict.broken.count) events are kept that were refused") }
    if verdict.strange > 0 { world.report("\(verdict.strange) lines are nobody's") }
    if !world.allProblems.isEmpty {
      for (what, numbers) in [("lost", verdict.lost), ("twice", verdict.duplicated), ("refused", verdict.broken)] {
        for number in numbers.prefix(5) { print("\(what): \(number) \(entries[number])") }
      }
    }
    print("torture: seed \(seed), commit \(commit), \(entries.count) events, \(world.allProblems.count) problems")
    for problem in world.allProblems { print("  \(problem)") }
    return world.allProblems.isEmpty
  }
}
