package import HowUsedModel
package import HowUsedStore
package import Redis

/// Answers ``ChartQuery``s from Redis.
package struct ChartReader: Sendable {
  let client: RedisClient
  let schema: KeySchema

  /// How many commands go to Redis at once.
  static let chunk = 128
  /// How often so many are under way: Redis may find them together and answer nobody else meanwhile.
  static let chunksUnderWay = 2

  package init(client: RedisClient, schema: KeySchema) {
    self.client = client
    self.schema = schema
  }

  /// - Throws: `RedisClientError`, `RedisServerError`.
  package func answer(_ query: ChartQuery, bot: BotID) async throws -> ChartAnswer {
    try await consistently(bot) { statistics in
      switch query.metric {
      case .uses: try await UsesReader(reader: self, statistics: statistics, query: query).answer()
      case .users: try await UsersReader(reader: self, statistics: statistics, query: query).answer()
      case .new: try await newUsers(query, statistics)
      case .online: try await peaks(query, statistics)
      }
    }
  }

  /// Reads all of it from one generation, again if a rebuild was swapped in meanwhile.
  func consistently<Value>(_ bot: BotID, _ body: (BotStatistics) async throws -> Value) async throws -> Value {
    var before = try await BotStatistics.read(bot, schema: schema, from: client)
    var rounds = 0
    while true {
      let value: Value
      do {
        value = try await body(before)
      } catch is BecameSketch where rounds < 3 {
        rounds += 1
        continue
      } catch let error as RedisServerError where error.code == "WRONGTYPE" && rounds < 3 {
        // Asked as a HyperLogLog, and became something else between two round trips.
        rounds += 1
        continue
      }
      let after = try await BotStatistics.read(bot, schema: schema, from: client)
      rounds += 1
      if after.generation == before.generation || rounds == 3 { return value }
      before = after
    }
  }

  /// Sends commands whose replies are arrays of texts, a few at a time, and calls `body` with each reply, in order.
  /// Meanwhile Redis is at the next ones.
  func read(
    _ count: Int,
    _ command: (Int) -> RedisCommand,
    _ body: (Int, FlatReply) -> Void
  ) async throws {
    var chunks: [Task<FlatReplies, any Error>] = []
    defer { for part in chunks { part.cancel() } }
    var (next, done) = (0, 0)
    while done < count {
      while next < count, chunks.count < Self.chunksUnderWay {
        let commands = (next..<min(next + Self.chunk, count)).map(command)
        chunks.append(Task { [client] in try await client.arrays(commands) })
        next += commands.count
      }
      for reply in try await chunks.removeFirst().value {
        body(done, reply)
        done += 1
      }
    }
  }

  /// The replies to commands that are few.
  func flat(_ commands: [RedisCommand]) async throws -> [FlatReply] {
    var replies: [FlatReply] = []
    replies.reserveCapacity(commands.count)
    try await read(commands.count, { commands[$0] }) { _, reply in replies.append(reply) }
    return replies
  }

  private func newUsers(_ query: ChartQuery, _ statistics: BotStatistics) async throws -> ChartAnswer {
    let timeline = query.timeline
    let counts = try await numbers(["n"], timeline, statistics)
    let values = (0..<timeline.count).map { point in
      timeline.buckets(of: point).reduce(0) { $0 + counts[Int($1 - timeline.buckets.lowerBound)][0] }
    }
    return ChartAnswer(series: [.init(name: ChartAnswer.allName, total: values.reduce(0, +), values: values)])
  }

  /// Number fields of the users' rows of a timeline's buckets; 0 where there are none.
  func numbers(_ fields: [String], _ timeline: Timeline, _ statistics: BotStatistics) async throws -> [[Int64]] {
    let buckets = timeline.buckets.map { RollupBucket(resolution: timeline.resolution, number: $0) }
    return try await numbers(fields, buckets, statistics)
  }

  func numbers(_ fields: [String], _ buckets: [RollupBucket], _ statistics: BotStatistics) async throws -> [[Int64]] {
    let keys = statistics.counters
    let commands = buckets.map { RedisCommand(["HMGET", keys.users($0.resolution, $0.number)] + fields) }
    return try await flat(commands).map { reply in
      fields.indices.map { index in reply[index].flatMap { Int64(decimal: $0) } ?? 0 }
    }
  }

  private func peaks(_ query: ChartQuery, _ statistics: BotStatistics) async throws -> ChartAnswer {
    let timeline = query.timeline
    let peaks = try await peaks(timeline.resolution, timeline.buckets, statistics)
    let values = (0..<timeline.count).map { point in
      timeline.buckets(of: point).reduce(0) { max($0, peaks[$1] ?? 0) }
    }
    return ChartAnswer(series: [.init(name: ChartAnswer.allName, total: values.max() ?? 0, values: values)])
  }

  /// The highest online count of each bucket that has one.
  func peaks(
    _ resolution: Resolution,
    _ buckets: Range<Int64>,
    _ statistics: BotStatistics
  ) async throws -> [Int64: Int64] {
    var keys: [String] = []
    for bucket in buckets {
      let key = statistics.keys.peaks(statistics.bot, resolution, bucket: bucket)
      if keys.last != key { keys.append(key) }
    }
    var peaks: [Int64: Int64] = [:]
    for reply in try await flat(keys.map { RedisCommand("HGETALL", $0) }) {
      reply.forEachPair { bucket, count in
        if let bucket = Int64(decimal: bucket), let count = Int64(decimal: count) { peaks[bucket] = count }
      }
    }
    return peaks
  }
}
