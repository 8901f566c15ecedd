import Redis

/// Counts the different users of any dimensions of any buckets together.
///
/// What is one dimension of one bucket was counted already. For more, the ids are united: exactly, where they are kept; by
/// Redis, where all are HyperLogLogs; and here, where both are found. Visits that still wait beside a row (see
/// ``WaitingVisits``) are part of it.
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
  /// Users who wait beside the row where it doesn't hold the ids itself; they may be among those it has already.
  private var waiting: [Source: Set<Int64>] = [:]
  private var loaded: Set<Source> = []
  private var readDimensions: [ArraySlice<UInt8>: [[UInt8]]] = [:]
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
    // Visits first: what is brought into the row meanwhile is then seen twice, and never missed.
    let commands = wanted.flatMap { bucket, dimensions -> [RedisCommand] in
      [visitsCommand(bucket), RedisCommand(["HMGET", keys.users(bucket.resolution, bucket.number)] + dimensions)]
    }
    let replies = try await reader.flat(commands)
    for (index, (bucket, dimensions)) in wanted.enumerated() {
      let visitors = visitors(replies[2 * index], of: Set(dimensions))
      for (place, dimension) in dimensions.enumerated() {
        let stored = replies[2 * index + 1][place].flatMap { StoredUsers($0) }
        take(Source(bucket: bucket, dimension: dimension), stored, visitors[dimension])
      }
    }
    try await finish(waiting.keys.filter { found[$0]?.isApproximate == false })
  }

  private func visitsCommand(_ bucket: RollupBucket) -> RedisCommand {
    RedisCommand("LRANGE", statistics.counters.visits(bucket.resolution, bucket.number), 0, -1)
  }

  /// The users of each dimension in a list of visits; nil: of all dimensions.
  private mutating func visitors(_ reply: FlatReply, of wanted: Set<[UInt8]>? = nil) -> [[UInt8]: Set<Int64>] {
    var visitors: [[UInt8]: Set<Int64>] = [:]
    for index in 0..<reply.count {
      WaitingVisits.forEach(in: reply[index] ?? []) { field, users in
        let dimensions = readDimensions[field] ?? Dimension.of(Combination(field: field))
        readDimensions[field] = dimensions
        for dimension in dimensions where wanted?.contains(dimension) ?? true {
          visitors[dimension, default: []].formUnion(users)
        }
      }
    }
    return visitors
  }

  /// Takes what a row and the visits beside it say of a dimension.
  private mutating func take(_ source: Source, _ stored: StoredUsers?, _ visitors: Set<Int64>?) {
    loaded.insert(source)
    found[source] = stored
    guard let visitors else { return }
    switch stored {
    case nil: found[source] = .ids(Array(visitors))
    case .ids(let ids): found[source] = .ids(Array(visitors.union(ids)))
    case .packed, .sketch: waiting[source] = visitors
    }
  }

  /// Finds out how many users these have, together with those that wait.
  private mutating func finish(_ sources: [Source]) async throws {
    for start in stride(from: 0, to: sources.count, by: ChartReader.chunk) {
      let part = sources[start..<min(start + ChartReader.chunk, sources.count)]
      for (source, content) in zip(part, try await read(part.map { command(for: $0) })) {
        switch content {
        case .count(let count): found[source] = .sketch(count)
        case .ids(let ids): found[source] = .ids(Array(Set(ids).union(waiting.removeValue(forKey: source) ?? [])))
        case .sketch: found[source] = .sketch(unite([source], [content]))
        }
      }
    }
  }

  /// Reads what finishes a source.
  private func command(for source: Source) -> RedisCommand {
    let isPlainSketch = found[source]?.isApproximate == true && waiting[source] == nil
    return RedisCommand([isPlainSketch ? "PFCOUNT" : "GET", key(source)])
  }

  /// Reads the rows whole, and returns what is in them; of sketches, how many.
  /// - Parameter keeping: whether there will be questions about them.
  mutating func loadAll(_ buckets: [RollupBucket], keeping: Bool) async throws -> [RollupBucket: [(
    [UInt8], StoredUsers
  )]] {
    let keys = statistics.counters
    let commands = buckets.flatMap { bucket in
      [visitsCommand(bucket), RedisCommand("HGETALL", keys.users(bucket.resolution, bucket.number))]
    }
    let replies = try await reader.flat(commands)
    var rows: [RollupBucket: [([UInt8], StoredUsers)]] = [:]
    var unfinished: [Source] = []
    for (index, bucket) in buckets.enumerated() {
      var row: [([UInt8], StoredUsers)] = []
      var visitors = visitors(replies[2 * index])
      replies[2 * index + 1].forEachPair { field, value in
        guard let users = StoredUsers(value) else { return }
        let source = Source(bucket: bucket, dimension: Array(field))
        let more = visitors.removeValue(forKey: source.dimension)
        if keeping || more != nil || users.isApproximate { take(source, users, more) }
        if users.isApproximate || waiting[source] != nil {
          unfinished.append(source)
        } else {
          row.append((source.dimension, more == nil ? users : found[source] ?? users))
        }
      }
      for (dimension, users) in visitors {
        let source = Source(bucket: bucket, dimension: dimension)
        take(source, nil, users)
        row.append((dimension, .ids(Array(users))))
      }
      rows[bucket] = row
    }
    try await finish(unfinished)
    for source in unfinished {
      guard let users = found[source] else { continue }
      if users.isApproximate { isApproximate = true }
      rows[source.bucket, default: []].append((source.dimension, users))
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
    if sketches.count == sources.count, sources.allSatisfy({ waiting[$0] == nil }) {
      return (question, true, [RedisCommand(["PFCOUNT"] + sources.map { key($0) })])
    }
    let commands = sources.compactMap { source -> RedisCommand? in
      switch found[source] {
      case .packed, .sketch: RedisCommand(["GET", key(source)])
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
      default: reply.withBytes { bytes in PackedUsers.unpack(bytes).map { .ids($0) } ?? .sketch(Array(bytes)) }
      }
    }
  }

  private func unite(_ sources: [Source], _ contents: ArraySlice<Content>) -> Int64 {
    var ids: Set<Int64> = []
    var sketch: HyperLogLog?
    for source in sources {
      if case .ids(let some) = found[source] { ids.formUnion(some) }
      if let some = waiting[source] { ids.formUnion(some) }
    }
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
