import HowUsedModel
import HowUsedStore
import Redis

/// Stores simulated events as the API does.
struct SimulationSender: Sendable {
  let client: RedisClient
  let keys: KeySchema
  let bot: BotID

  /// An event that is later than this, in milliseconds, comes with its own time.
  private static let delay: Int64 = 1000

  /// - Parameters:
  ///   - events: in the order in which they happened.
  ///   - now: Unix milliseconds.
  /// - Throws: the first error of Redis; then some of them may be stored.
  func send(_ events: [SimulatedTraffic.Event], at now: Int64) async throws {
    guard !events.isEmpty else { return }
    let stream = EventStream(keys, keys.partition(of: bot))
    var commands = events.map { event in
      stream.add(fragment(event, isLate: event.time < now - Self.delay))
    }
    // Whoever was there so long ago that nobody can ask for it is not online.
    let recent = events.filter { $0.time > now - OnlineSet.longestWindow }
    if !recent.isEmpty {
      let online = OnlineSet(keys, bot)
      commands.append(online.add(recent.map { ($0.user, $0.time) }))
      commands += online.trim(now: now)
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
