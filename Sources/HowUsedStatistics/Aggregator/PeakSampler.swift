package import HowUsedModel
package import HowUsedStore
package import Redis

/// Keeps each bot's highest online count, of 120 seconds, per minute, hour and day. What it has seen is all there is to
/// know: it's an observation, which several instances may make at once.
package struct PeakSampler {
  /// The window that peaks are about, in seconds.
  package static let window: Int64 = 120

  /// KEYS: pairs are not used; ARGV: per peak key, field, expiry, count. Keeps the larger.
  static let script = """
    for at = 1, #ARGV, 4 do
      local old = tonumber(redis.call('HGET', ARGV[at], ARGV[at + 1]) or 0)
      if tonumber(ARGV[at + 3]) > old then
        redis.call('HSET', ARGV[at], ARGV[at + 1], ARGV[at + 3])
        redis.call('EXPIREAT', ARGV[at], ARGV[at + 2])
      end
    end
    return #ARGV
    """

  private let client: RedisClient
  private let schema: KeySchema
  private var scriptHash: String?
  /// What Redis has already, in this minute.
  private var written: [BotID: Int64] = [:]
  private var minute: Int64 = 0

  package init(client: RedisClient, schema: KeySchema) {
    self.client = client
    self.schema = schema
  }

  /// Looks at the online counts of these bots once. `milliseconds`: Redis's time now.
  package mutating func sample(_ bots: [BotID], at milliseconds: Int64) async throws {
    let seconds = milliseconds / 1000
    if Resolution.minute.bucket(at: seconds) != minute {
      minute = Resolution.minute.bucket(at: seconds)
      written = [:]
    }
    let byPartition = Dictionary(grouping: bots) { schema.partition(of: $0) }
    for (partition, all) in byPartition {
      for start in stride(from: 0, to: all.count, by: 200) {
        try await sample(all[start..<min(start + 200, all.count)], partition, at: milliseconds)
      }
    }
  }

  private mutating func sample(_ bots: ArraySlice<BotID>, _ partition: Partition, at milliseconds: Int64) async throws {
    let oldest = milliseconds - Self.window * 1000
    let counts = try await client.pipeline(
      bots.map { RedisCommand("ZCOUNT", schema.online(partition, $0), oldest, "+inf") }
    )
    let keys = StatisticsKeys(schema, partition)
    let seconds = milliseconds / 1000
    var arguments: [any RedisArgument] = []
    var news: [BotID: Int64] = [:]
    for (bot, count) in zip(bots, counts) {
      guard let count = count.int, count > written[bot] ?? 0 else { continue }
      news[bot] = count
      for resolution in Resolution.allCases {
        let bucket = resolution.bucket(at: seconds)
        let last = (bucket / resolution.peaksPerKey + 1) * resolution.peaksPerKey - 1
        let key = keys.peaks(bot, resolution, bucket: bucket)
        arguments += [key, bucket, resolution.expiry(ofBucket: last), count]
      }
    }
    guard !arguments.isEmpty else { return }
    _ = try await StatisticsScript(text: Self.script).run(on: client, hash: &scriptHash) { command in
      // One key of the slot is named, which is all that finding the node takes.
      command.append(contentsOf: [1, keys.position])
      command.append(contentsOf: arguments)
    }
    written.merge(news) { $1 }
  }
}
