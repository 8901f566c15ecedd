import Foundation
import TestSupport

/// The end of a run: everything healed, the load over, all compared with the ledger.
struct Ending: Sendable {
  let world: World
  let rounds: [Scheduler.Round]

  /// Returns when both servers have ended.
  func run() async throws -> Verdict {
    let recovery = Recovery(world: world)
    let moment = MachineLoad.now
    if await recovery.backlog(within: .seconds(60)) == nil {
      let complaints = await recovery.complaints()
      world.reportLate("at the end archive or statistics stand still: \(complaints)", since: moment)
    }
    let (seconds, asked) = (onlineSeconds, world.ledger.now)
    let online = await online(seconds)
    let uses = await uses()
    for index in world.servers.indices { await world.stopServer(index) }

    let verified = try await world.howUsed("archive verify")
    if verified.status != 0 { world.report("archive verify: \(verified.output)\(verified.error)") }
    let path = world.folder + "/export.ndjson"
    let exported = try await world.howUsed("export --output '\(path)'")
    guard exported.status == 0 else { throw World.Failure(description: "export: \(exported.error)") }
    let entries = world.ledger.snapshot()
    let verdict = try Verdict(exported: path, entries)
    compare(verdict, uses: uses)
    if let seconds { compare(online, since: asked - seconds * 1000, entries) }
    return verdict
  }

  /// How far back online users can be compared. Clocks that jump, a Redis that forgot, and an online set that isn't one leave
  /// nothing to compare with.
  private var onlineSeconds: Int? {
    let unclear = rounds.last { round in
      round.mayLose || round.faults.contains { $0.areas.contains(.clock) || $0.name == "redis-wrong-type-online" }
    }
    let seconds = min(600, (world.ledger.now - (unclear?.end ?? 0)) / 1000 - 2)
    if seconds < 20 { print("online users: not compared, since clocks jumped or Redis forgot just before") }
    return seconds < 20 ? nil : seconds
  }

  private func compare(_ verdict: Verdict, uses: [Int: Int]) {
    for bot in TortureEvent.bots where uses[bot] != verdict.lines[bot, default: 0] {
      world.report(
        "bot \(bot): /stats counts \(uses[bot] ?? -1) uses, the archive has \(verdict.lines[bot, default: 0])"
      )
    }
  }

  /// - Parameter since: in milliseconds of the ledger.
  private func compare(_ online: [Int: Int], since: Int, _ entries: [Ledger.Entry]) {
    // Asking took time, and some acknowledgements came after the event had its own.
    let margin = 10_000
    for bot in TortureEvent.bots {
      var least: Set<Int> = []
      var most: Set<Int> = []
      for (number, entry) in entries.enumerated() where entry.bot == bot {
        let user = TortureEvent.user(number)
        if entry.outcome == .acknowledged, entry.sent > since + margin { least.insert(user) }
        if entry.outcome != .refused, entry.told ?? .max > since - margin { most.insert(user) }
      }
      let found = online[bot] ?? -1
      if found < least.count || found > most.count {
        world.report("bot \(bot): \(found) users online, and it must be \(least.count) to \(most.count)")
      }
    }
  }

  private struct Chart: Decodable {
    struct Series: Decodable { let total: Int }
    let series: [Series]
  }

  private struct Online: Decodable {
    let onlineCount: Int
  }

  /// Of all time, also that which the clocks' jumps led to.
  private func uses() async -> [Int: Int] {
    var found: [Int: Int] = [:]
    let now = Int(Date().timeIntervalSince1970)
    let time = "from=\(now - 150 * 86_400)&to=\(now + 150 * 86_400)&divider=24h"
    for bot in TortureEvent.bots {
      // What is being counted takes a moment.
      for attempt in 1...5 {
        let server = world.servers[attempt % 2]
        let path = "/stats?id=\(bot)&token=\(TortureEvent.viewToken)&metric=uses&\(time)"
        guard let answer = await Recovery(world: world).get(server, path), answer.status == 200,
          let chart = try? JSONDecoder().decode(Chart.self, from: Data(answer.body.utf8)),
          let total = chart.series.first?.total
        else { continue }
        if total == found[bot] { break }
        found[bot] = total
        try? await Task.sleep(for: .seconds(1))
      }
    }
    return found
  }

  private func online(_ seconds: Int?) async -> [Int: Int] {
    guard let seconds else { return [:] }
    var found: [Int: Int] = [:]
    for bot in TortureEvent.bots {
      guard let connection = try? await HTTPConnection.connect(port: world.servers[0].port) else { continue }
      let head = #"{"botId":\#(bot),"apiToken":"\#(TortureEvent.apiToken)""#
      let body = head + #","requestType":"getOnline","seconds":\#(seconds)}"#
      if let answer = try? await connection.post("/api", body),
        let online = try? JSONDecoder().decode(Online.self, from: Data(answer.body.utf8))
      {
        found[bot] = online.onlineCount
      }
      await connection.close()
    }
    return found
  }
}
