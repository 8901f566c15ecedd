package import HowUsedModel
package import Redis

/// Lets a bot's deprecated updates count as an event: all of them, past and future, at once.
///
/// They stay counted apart; it is what reads them that takes them for the event. So nothing has to be moved, a rebuild
/// comes to the same, and the name can be changed.
package struct UpdatesMigration: Sendable {
  /// Unicode scalars of the name.
  package static let nameLimits = 3...50

  private let client: RedisClient
  private let keys: KeySchema

  package init(client: RedisClient, keys: KeySchema) {
    self.client = client
    self.keys = keys
  }

  /// - Parameter name: nil lets them count apart again.
  /// - Throws: `RequestError` when the name won't do, and what the client throws.
  package func migrate(_ bot: BotID, to name: String?) async throws {
    let key = keys.updatesNames(keys.partition(of: bot))
    guard let name else {
      try await client.send("HDEL", key, bot.rawValue)
      return
    }
    guard Self.nameLimits.contains(name.unicodeScalars.count) else {
      let found = name.unicodeScalars.count
      throw RequestError(.invalidEvent, field: "event", "the name must be 3 to 50 characters, got \(found)")
    }
    guard !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "," }) else {
      throw RequestError(.invalidEvent, field: "event", "the name must have no control characters and no comma")
    }
    try await client.send("HSET", key, bot.rawValue, name)
  }

  /// The event that the bot's updates count as; nil: they are counted apart.
  package func name(of bot: BotID) async throws -> String? {
    let key = keys.updatesNames(keys.partition(of: bot))
    return try await client.send("HGET", key, bot.rawValue).string
  }
}
