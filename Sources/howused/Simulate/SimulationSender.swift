import HowUsedModel
import HowUsedStore
import Redis

/// Stores simulated events as the API does.
struct SimulationSender: Sendable {
  let client: RedisClient
  let keys: KeySchema
  let bot: BotID

  /// How long the online set outlives its last user, in seconds, and whom it forgets.
  private static let longestWindow: Int64 = 600

  func send(_ events: [SimulatedTraffic.Event], at milliseconds: Int64) async throws {
    guard !events.isEmpty else { return }
    let partition = keys.partition(of: bot)
    let online = keys.online(partition, bot)
    var commands = events.map { RedisCommand("XADD", keys.events(partition), "*", "e", fragment($0)) }
    var seen = RedisCommand("ZADD", online, "GT")
    for event in events { seen.append(contentsOf: [milliseconds, event.user]) }
    commands.append(seen)
    commands.append(["ZREMRANGEBYSCORE", online, "-inf", milliseconds - Self.longestWindow * 1000])
    commands.append(["EXPIRE", online, Self.longestWindow + 60])
    for reply in try await client.pipeline(commands) {
      if let error = reply.error { throw error }
    }
  }

  /// Events that happened before, as a batch brings them: they make nobody online. Returns how many there were.
  func sendHistory(
    _ history: SimulationLength,
    users: Int,
    rate: Double,
    seed: UInt64,
    clock: RedisClock
  ) async throws -> Int {
    var traffic = SimulatedTraffic(users: users, rate: min(rate, 1), seed: seed &+ 1)
    let end = clock.nowMilliseconds
    let step: Int64 = 300_000
    var sent = 0
    for start in stride(from: end - history.seconds * 1000, to: end, by: Int64.Stride(step)) {
      let until = min(start + step, end)
      // Each at a moment of its own within the step.
      let events = traffic.events(from: start, to: until)
      let commands = events.enumerated().map { index, event in
        let time = start + (until - start) * Int64(index) / Int64(events.count)
        return RedisCommand(
          "XADD",
          keys.events(keys.partition(of: bot)),
          "*",
          "e",
          Array("\"time\":\"\(UTCTime.format(milliseconds: time))\",".utf8) + fragment(event)
        )
      }
      for reply in try await client.pipeline(commands) {
        if let error = reply.error { throw error }
      }
      sent += events.count
    }
    return sent
  }

  /// See `EventFragment`: that is the form.
  private func fragment(_ event: SimulatedTraffic.Event) -> [UInt8] {
    var text = Array("\"botId\":\(bot),\"userId\":\(event.user),\"event\":\"".utf8)
    text += JSONText.escaped(event.name)
    text += Array("\",\"param_1\":\"".utf8) + JSONText.escaped(event.language)
    if !event.source.isEmpty { text += Array("\",\"param_2\":\"".utf8) + JSONText.escaped(event.source) }
    text += Array("\"".utf8)
    if let registered = event.registered { text += Array(",\"userRegisterTime\":\(registered)".utf8) }
    return text
  }
}
