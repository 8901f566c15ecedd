package import HowUsedModel
package import HowUsedStore
package import Redis

/// Where a bot's counters are, as of one moment.
package struct BotStatistics: Sendable, Equatable {
  package let bot: BotID
  let schema: KeySchema
  /// Nil: nothing was counted yet.
  package let generation: Int64?
  /// The event that deprecated updates count as; nil: they are counted apart. As stored, with JSON escapes.
  package let updatesName: [UInt8]?

  package static func read(_ bot: BotID, schema: KeySchema, from client: RedisClient) async throws -> BotStatistics {
    let keys = StatisticsKeys(schema, schema.partition(of: bot))
    let replies = try await client.pipeline([
      ["HGET", keys.generations, bot.rawValue], ["HGET", keys.updates, bot.rawValue],
    ])
    for reply in replies { if let error = reply.error { throw error } }
    return BotStatistics(
      bot: bot,
      schema: schema,
      generation: replies[0].int,
      updatesName: replies[1].string.map { JSONText.escaped($0) }
    )
  }

  var keys: StatisticsKeys { StatisticsKeys(schema, schema.partition(of: bot)) }

  /// Names below the present generation.
  var counters: GenerationKeys { GenerationKeys(prefix: keys.generation(bot, generation ?? 0)) }
}
