import HowUsedModel
import Synchronization

/// Lets things go wrong, one after the other and at once, and waits until all has recovered before it goes on.
struct Scheduler: Sendable {
  /// One or two faults, from the first's start until all had recovered.
  struct Round: Sendable {
    let faults: [Fault]
    /// Milliseconds since the start of the run.
    let begin: Int
    var end: Int
    /// From the last fault's end until each server took events again; nil: it had to be helped.
    var recovery: Duration?

    var names: String { faults.map(\.name).joined(separator: " + ") }
    var mayLose: Bool { faults.contains { $0.mayLose != nil } }
  }

  private static let patience: Duration = .seconds(60)
  /// Of all rounds, those with two faults.
  private static let overlaps = 0.35

  let world: World
  let faults: [Fault]
  private var random: SplitMix64
  private var deck: [Fault] = []

  init(world: World, faults: [Fault], seed: UInt64) {
    self.world = world
    self.faults = faults
    random = SplitMix64(state: seed)
  }

  /// Rounds until `end`; at least one.
  mutating func run(until end: ContinuousClock.Instant, each: (Round) -> Void) async throws -> [Round] {
    var rounds: [Round] = []
    repeat {
      let round = try await self.round(chosen())
      each(round)
      rounds.append(round)
      // Someone is to be served in peace, too.
      try await Task.sleep(for: .milliseconds(Int.random(in: 100...1000, using: &random)))
    } while ContinuousClock.now < end
    return rounds
  }

  /// Each fault comes once, as often as its weight says, before any comes again.
  private mutating func draw(besides areas: Set<Fault.Area>) -> Fault? {
    if deck.isEmpty {
      deck = faults.flatMap { Array(repeating: $0, count: $0.weight) }.shuffled(using: &random)
    }
    guard let index = deck.lastIndex(where: { $0.areas.isDisjoint(with: areas) }) else { return nil }
    return deck.remove(at: index)
  }

  private mutating func chosen() -> [Fault] {
    guard let first = draw(besides: []) else { return [] }
    guard random.unit() < Self.overlaps, let second = draw(besides: first.areas) else { return [first] }
    return [first, second]
  }

  private mutating func round(_ faults: [Fault]) async throws -> Round {
    var round = Round(faults: faults, begin: world.ledger.now, end: 0)
    let plans = faults.map { fault in
      (
        fault: fault, chance: random.next(), delay: Int.random(in: 0...500, using: &random),
        hold: Int.random(in: fault.hold, using: &random)
      )
    }
    await withTaskGroup(of: Void.self) { group in
      for (index, plan) in plans.enumerated() {
        group.addTask { [world] in
          if index > 0 { try? await Task.sleep(for: .milliseconds(plan.delay)) }
          await Self.attempt(plan.fault, "can't be done", world) { try await plan.fault.apply(world, plan.chance) }
          try? await Task.sleep(for: .milliseconds(plan.hold))
          await Self.attempt(plan.fault, "can't be healed", world) { try await plan.fault.heal(world) }
        }
      }
    }
    let recovery = Recovery(world: world)
    round.recovery = await recovery.events(within: Self.patience)
    if round.recovery == nil { await help(round.names, "events were not taken again") }
    if await recovery.backlog(within: Self.patience) == nil {
      await help(round.names, "archive or statistics stood still")
    }
    for fault in faults {
      if let action = fault.afterRecovery {
        await Self.attempt(fault, "can't be ended", world) { try await action(world) }
      }
    }
    round.end = world.ledger.now
    return round
  }

  /// What can't go on by itself is written down, and then gets what an operator would do, so that the run goes on.
  private func help(_ names: String, _ what: String) async {
    world.report("\(names): \(what) within \(Self.patience): \(await Recovery(world: world).complaints())")
    for server in world.servers { server.kill() }
    try? await world.startRedis()
    try? await world.addBots()
    try? world.startServers()
    _ = await Recovery(world: world).events(within: Self.patience)
    _ = await Recovery(world: world).backlog(within: Self.patience)
  }

  private static func attempt(_ fault: Fault, _ what: String, _ world: World, _ body: () async throws -> Void) async {
    do { try await body() } catch { world.report("\(fault.name) \(what): \(error)") }
  }
}
