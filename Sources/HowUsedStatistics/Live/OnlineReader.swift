package import HowUsedModel
package import HowUsedStore
package import Redis

/// Reads how many users are online.
package struct OnlineReader: Sendable {
  private let client: RedisClient
  private let keys: KeySchema

  package init(client: RedisClient, keys: KeySchema) {
    self.client = client
    self.keys = keys
  }

  /// The number of users seen within each of the windows (seconds), all asked for at once.
  /// - Parameter now: Redis's time, in Unix milliseconds.
  package func counts(_ bot: BotID, windows: [Int], now: Int64) async throws -> [Int64] {
    let online = OnlineSet(keys, bot)
    let replies = try await client.pipeline(windows.map { online.count(window: $0, now: now) })
    return try replies.map { reply in
      if let error = reply.error { throw error }
      return reply.int ?? 0
    }
  }
}
