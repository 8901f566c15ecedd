import HowUsedModel
import HowUsedStore
import Redis

/// Which bots had too many combinations of event and params to count each.
struct OverflowReader {
  let client: RedisClient
  let schema: KeySchema

  func read() async throws -> [BotID: String] {
    let commands = schema.partitions.map { RedisCommand("HGETALL", StatisticsKeys(schema, $0).overflow) }
    var bots: [BotID: String] = [:]
    for reply in try await client.pipeline(commands) {
      let pairs = reply.array ?? []
      for index in stride(from: 0, to: pairs.count - 1, by: 2) {
        guard let bot = pairs[index].int.flatMap({ BotID(rawValue: $0) }) else { continue }
        bots[bot] = pairs[index + 1].string
      }
    }
    return bots
  }
}
