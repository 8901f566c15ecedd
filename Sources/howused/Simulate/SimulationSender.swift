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
  /// An event that is later than this, in milliseconds, comes with its own time.
  private static let delay: Int64 = 1000

  /// - Parameters:
  ///   - events: in the order in which they happened.
  ///   - now: Unix milliseconds.
  /// - Throws: the first error of Redis; then some of them may be stored.
  func send(_ events: [SimulatedTraffic.Event], at now: Int64) async throws {
    guard !events.isEmpty else { return }
    let partition = keys.partition(of: bot)
    var commands = events.map { event in
      RedisCommand("XADD", keys.events(partition), "*", "e", fragment(event, isLate: event.time < now - Self.delay))
    }
    // Whoever was there so long ago that nobody can ask for it is not online.
    let recent = events.filter { $0.time > now - Self.longestWindow * 1000 }
    if !recent.isEmpty {
      let online = keys.online(partition, bot)
      var seen = RedisCommand("ZADD", online, "GT")
      for event in recent { seen.append(contentsOf: [event.time, event.user]) }
      commands.append(seen)
      commands.append(["ZREMRANGEBYSCORE", online, "-inf", now - Self.longestWindow * 1000])
      commands.append(["EXPIRE", online, Self.longestWindow + 60])
    }
    for reply in try await client.pipeline(commands) {
      if let error = reply.error { throw error }
    }
  }

  /// See `EventFragment`: that is the form.
  private func fragment(_ event: SimulatedTraffic.Event, isLate: Bool) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(256)
    if isLate { text += Array("\"time\":\"\(UTCTime.format(milliseconds: event.time))\",".utf8) }
    text += Array("\"botId\":\(bot),\"userId\":\(event.user),\"event\":\"".utf8)
    text += JSONText.escaped(event.name)
    text += Array("\",\"param_1\":\"".utf8) + JSONText.escaped(event.language)
    if !event.source.isEmpty { text += Array("\",\"param_2\":\"".utf8) + JSONText.escaped(event.source) }
    text += Array("\"".utf8)
    if let registered = event.registered { text += Array(",\"userRegisterTime\":\(registered)".utf8) }
    return text
  }
}
