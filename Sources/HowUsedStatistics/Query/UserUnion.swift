import Redis

/// Counts the different users of any dimensions of any buckets together.
///
/// What is one dimension of one bucket was counted already. For more, the ids are united: exactly, where they are kept; by
/// Redis, where all are HyperLogLogs; and here, where both are found.
struct UserUnion {
  private struct Source: Hashable {
    let bucket: RollupBucket
    let dimension: [UInt8]
  }

  private enum Content: Sendable {
    case ids([Int64])
    case count(Int64)
    case sketch([UInt8])
  }

  let reader: ChartReader
  let statistics: BotStatistics
  private var found: [Source: StoredUsers] = [:]
  private var loaded: Set<Source> = []
  private var questions: [[Source]] = []
  private(set) var isApproximate = false

  init(reader: ChartReader, statistics: BotStatistics) {
    self.reader = reader
    self.statistics = statistics
  }

  func has(_ bucket: RollupBucket, _ dimension: [UInt8]) -> Bool {
    found[Source(bucket: bucket, dimension: dimension)] != nil
  }

  /// Reads the rows of the buckets for these dimensions, unless they are known already.
  mutating func load(_ buckets: [RollupBucket], _ dimensions: [[UInt8]]) async throws {
    guard !dimensions.isEmpty else { return }
    let keys = statistics.counters
    let wanted = buckets.compactMap { bucket in
      let missing = dimensions.filter { !loaded.contains(Source(bucket: bucket, dimension: $0)) }
      return missing.isEmpty ? nil : (bucket, missing)
    }
    let commands = wanted.map { bucket, dimensions in
      RedisCommand(["HMGET", keys.users(bucket.resolution, bucket.number)] + dimensions)
    }
    for ((bucket, dimensions), reply) in zip(wanted, try await reader.flat(commands)) {
      for (index, dimension) in dimensions.enumerated() {
        let source = Source(bucket: bucket, dimension: dimension)
        loaded.insert(source)
        found[source] = reply[index].flatMap { StoredUsers($0) }
      }
    }
  }

  /// Reads the rows whole, and returns what is in them; of sketches, how many.
  /// - Parameter keeping: whether there will be questions about them.
  mutating func loadAll(_ buckets: [RollupBucket], keeping: Bool) async throws -> [RollupBucket: [(
    [UInt8], StoredUsers
  )]] {
    let keys = statistics.counters
    let commands = buckets.map { RedisCommand("HGETALL", keys.users($0.resolution, $0.number)) }
    var rows: [RollupBucket: [([UInt8], StoredUsers)]] = [:]
    var sketches: [Source] = []
    for (bucket, reply) in zip(buckets, try await reader.flat(commands)) {
      var row: [([UInt8], StoredUsers)] = []
      reply.forEachPair { field, value in
        guard let users = StoredUsers(value) else { return }
        let source = Source(bucket: bucket, dimension: Array(field))
        if keeping {
          loaded.insert(source)
          found[source] = users
        }
        if users.isApproximate { sketches.append(source) } else { row.append((source.dimension, users)) }
      }
      rows[bucket] = row
    }
    for start in stride(from: 0, to: sketches.count, by: ChartReader.chunk) {
      let part = Array(sketches[start..<min(start + ChartReader.chunk, sketches.count)])
      let counts = try await reader.client.query(part.map { RedisCommand(["PFCOUNT", key($0)]) }) { $0.integer ?? 0 }
      for (source, count) in zip(part, counts) {
        if keeping { found[source] = .sketch(count) }
        isApproximate = true
        rows[source.bucket, default: []].append((source.dimension, .sketch(count)))
      }
    }
    return rows
  }

  /// Asks for the users of all these together. What was not loaded has none.
  mutating func ask(_ buckets: [RollupBucket], _ dimensions: [[UInt8]]) {
    questions.append(
      buckets.flatMap { bucket in dimensions.map { Source(bucket: bucket, dimension: $0) } }.filter { found[$0] != nil }
    )
  }

  /// The answers, in the order of the questions.
  mutating func counts() async throws -> [Int64] {
    var answers = [Int64](repeating: 0, count: questions.count)
    var pending: [(question: Int, sketches: Bool, commands: [RedisCommand])] = []
    for (index, sources) in questions.enumerated() {
      let users = sources.compactMap { found[$0] }
      if users.contains(where: \.isApproximate) { isApproximate = true }
      if users.count == 1, let count = users[0].count {
        answers[index] = count
      } else if !users.isEmpty {
        pending.append(plan(index, sources))
      }
    }
    var next = 0
    while next < pending.count {
      // Whole questions, as many as are about a chunk.
      var end = next
      var commands: [RedisCommand] = []
      repeat {
        commands += pending[end].commands
        end += 1
      } while end < pending.count && commands.count + pending[end].commands.count <= ChartReader.chunk
      var contents = try await read(commands)[...]
      for plan in pending[next..<end] {
        let own = contents.prefix(plan.commands.count)
        contents = contents.dropFirst(plan.commands.count)
        answers[plan.question] = unite(questions[plan.question], own)
      }
      next = end
    }
    return answers
  }

  private func plan(_ question: Int, _ sources: [Source]) -> (question: Int, sketches: Bool, commands: [RedisCommand]) {
    let sketches = sources.filter { found[$0]?.isApproximate == true }
    if sketches.count == sources.count {
      return (question, true, [RedisCommand(["PFCOUNT"] + sources.map { key($0) })])
    }
    let commands = sources.compactMap { source -> RedisCommand? in
      switch found[source] {
      case .set: RedisCommand(["SMEMBERS", key(source)])
      case .sketch: RedisCommand(["GET", key(source)])
      default: nil
      }
    }
    return (question, false, commands)
  }

  private func key(_ source: Source) -> [UInt8] {
    Array(statistics.counters.members(source.bucket.resolution, source.bucket.number).utf8) + source.dimension
  }

  private func read(_ commands: [RedisCommand]) async throws -> [Content] {
    try await reader.client.query(commands) { reply in
      switch reply.kind {
      case .integer: .count(reply.integer ?? 0)
      case .array:
        .ids(
          {
            var ids: [Int64] = []
            ids.reserveCapacity(reply.count)
            reply.forEach { id in id.withBytes { if let id = Int64(decimal: $0) { ids.append(id) } } }
            return ids
          }()
        )
      default: .sketch(reply.withBytes { Array($0) })
      }
    }
  }

  private func unite(_ sources: [Source], _ contents: ArraySlice<Content>) -> Int64 {
    var ids: Set<Int64> = []
    var sketch: HyperLogLog?
    for source in sources { if case .ids(let some) = found[source] { ids.formUnion(some) } }
    for content in contents {
      switch content {
      case .count(let count): return count
      case .ids(let some): ids.formUnion(some)
      case .sketch(let bytes):
        var merged = sketch ?? HyperLogLog()
        bytes.withUnsafeBytes { _ = merged.merge($0) }
        sketch = merged
      }
    }
    guard var sketch else { return Int64(ids.count) }
    for id in ids { sketch.add(id) }
    return sketch.estimate
  }
}
