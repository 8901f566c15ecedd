package import HowUsedModel
package import HowUsedStore
package import Redis

/// How often bots were used in the last minute, about: this minute's uses, and of the last minute's the part that isn't
/// over yet.
package struct LiveUses: Sendable {
  private let client: RedisClient
  private let schema: KeySchema

  package init(client: RedisClient, schema: KeySchema) {
    self.client = client
    self.schema = schema
  }

  /// `now`: Redis's time, in Unix milliseconds.
  package func lastMinute(of bots: Set<BotID>, now: Int64) async throws -> [BotID: Int64] {
    let bots = Array(bots)
    let minute = Resolution.minute.bucket(at: now / 1000)
    let over = Double(now - minute * 60_000) / 60_000
    let states = try await client.pipeline(
      bots.flatMap { bot -> [RedisCommand] in
        let keys = StatisticsKeys(schema, schema.partition(of: bot))
        return [["HGET", keys.generations, bot.rawValue], ["HEXISTS", keys.updates, bot.rawValue]]
      },
      timeout: .seconds(1)
    )
    let commands = bots.enumerated().flatMap { index, bot -> [RedisCommand] in
      let keys = StatisticsKeys(schema, schema.partition(of: bot))
      let counters = GenerationKeys(prefix: keys.generation(bot, states[2 * index].int ?? 0))
      let fields = states[2 * index + 1].int == 1 ? ["t", "v"] : ["t"]
      return [minute - 1, minute].map { RedisCommand(["HMGET", counters.users(.minute, $0)] + fields) }
    }
    let replies = try await client.pipeline(commands, timeout: .seconds(1))
    var uses: [BotID: Int64] = [:]
    for (index, bot) in bots.enumerated() {
      let (before, present) = (sum(replies[2 * index]), sum(replies[2 * index + 1]))
      uses[bot] = present + Int64((Double(before) * (1 - over)).rounded())
    }
    return uses
  }

  private func sum(_ reply: RedisValue) -> Int64 { (reply.array ?? []).reduce(0) { $0 + ($1.int ?? 0) } }
}
