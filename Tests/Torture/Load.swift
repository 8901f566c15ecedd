import HowUsedModel
import NIOCore
import Synchronization

/// Clients that send all the time, single events and batches, to whichever server they like.
struct Load: Sendable {
  /// Every server promises an answer well before.
  static let deadline: Duration = .seconds(10)
  private static let connections = 8
  private static let batch = 20

  let world: World
  /// Events a second, all clients together.
  let rate: Int
  let seed: UInt64

  /// Until the task is cancelled. What is on its way then is waited for.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<Self.connections { group.addTask { await client(number) } }
    }
  }

  private func client(_ number: Int) async {
    var random = SplitMix64(hashing: seed, UInt64(number))
    let sender = Sender(ledger: world.ledger)
    // A quarter of the clients send batches, and half of all events.
    let isBatching = number % 4 == 0
    let share = Double(rate) / 2 / Double(isBatching ? Self.connections / 4 : Self.connections * 3 / 4)
    while !Task.isCancelled {
      guard !world.isQuiet.load(ordering: .relaxed) else {
        try? await Task.sleep(for: .milliseconds(100))
        continue
      }
      let count = isBatching ? Int.random(in: 2...2 * Self.batch, using: &random) : 1
      let server = world.servers[Int(random.next() % UInt64(world.servers.count))]
      let bot = Int.random(in: TortureEvent.bots, using: &random)
      let begin = ContinuousClock.now
      let before = server.undisturbed
      let moment = MachineLoad.now
      _ = await sender.send(to: server, bot: bot, count: count, timeout: .init(Self.deadline))
      let time = begin.duration(to: .now)
      if time >= Self.deadline, let before, server.undisturbed == before {
        world.reportLate("\(server.name) had not answered after \(Self.deadline)", since: moment)
      }
      let pause = Duration.seconds(Double(count) / share * Double.random(in: 0.5...1.5, using: &random)) - time
      if pause > .zero { try? await Task.sleep(for: pause) }
    }
    await sender.close()
  }
}
