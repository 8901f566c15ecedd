import Redis

extension UserUnion {
  /// What is to be read to finish a point.
  private struct Plan {
    let point: Int
    /// The reply is what a key holds, or (`isCount`) how many users the keys have together.
    var steps: [(series: Int, command: RedisCommand, isCount: Bool)] = []
    /// The series whose users are to be united, and which of them were written down by what series.
    var united: [Int: [Int]] = [:]
    /// Those that are estimated.
    var estimated: Set<Int> = []
  }

  /// About how many keys are read before they are looked at: some may hold 12 KB.
  private static let keysAtOnce = 512

  /// Finds the users who are stored in keys of their own, and unites series that `map` lets go to the same one.
  /// - Parameter map: the series that the users of a series go to: that series itself, or one that has none; nil: none.
  mutating func settle(_ range: Range<Int>, _ map: (Int) -> Int? = { $0 }) async throws {
    var plans: [Plan] = []
    var commands: [RedisCommand] = []
    let found = logs.indices
    let isMerging = found.contains { found in map(found).map { $0 != found } ?? false }
    for point in range {
      if isMerging || !stored[point].isEmpty {
        let plan = plan(point, found, map)
        plans.append(plan)
        commands += plan.steps.map(\.command)
      }
      guard commands.count >= Self.keysAtOnce || point == range.last else { continue }
      var replies = try await reader.flat(commands)[...]
      for plan in plans {
        try finish(plan, replies.prefix(plan.steps.count))
        replies = replies.dropFirst(plan.steps.count)
      }
      (plans, commands) = ([], [])
    }
    // Those that others were united into.
    await count(found.upperBound..<logs.count)
  }

  private mutating func plan(_ point: Int, _ found: Range<Int>, _ map: (Int) -> Int?) -> Plan {
    var plan = Plan(point: point)
    // The series that have users in rows or beside them, and whose these are.
    var present: [Int: [Int]] = [:]
    for found in found where series.table[found, point] > 0 {
      if let output = map(found) { present[output, default: []].append(found) }
    }
    plan.united = present.filter { $1 != [$0] }
    var byOutput: [Int: [Stored]] = [:]
    for set in stored[point] { if let output = map(set.series) { byOutput[output, default: []].append(set) } }
    for (output, sets) in byOutput {
      if sets.contains(where: \.isSketch) { isApproximate = true }
      if sets.count == 1, let count = sets[0].count, present[output] == nil {
        series.table[output, point] = count
      } else if sets.allSatisfy(\.isSketch), present[output] == nil {
        plan.steps.append((output, RedisCommand(["PFCOUNT"] + sets.map { key($0) }), true))
      } else {
        plan.united[output] = present[output] ?? []
        if sets.contains(where: \.isSketch) { plan.estimated.insert(output) }
        plan.steps += sets.map { (output, RedisCommand(["GET", key($0)]), false) }
      }
    }
    return plan
  }

  private func key(_ stored: Stored) -> [UInt8] {
    let members = statistics.counters.members(stored.bucket.resolution, stored.bucket.number)
    return Array(members.utf8) + series.dimension(stored.dimension)
  }

  private mutating func finish(_ plan: Plan, _ replies: ArraySlice<FlatReply>) throws {
    var sketches = Dictionary(uniqueKeysWithValues: plan.estimated.map { ($0, HyperLogLog()) })
    // Of the others that are read, the total is found elsewhere.
    var read: [Int: UserLog] = [:]
    for step in plan.steps where !step.isCount && sketches[step.series] == nil { read[step.series] = UserLog() }
    func add(_ users: some Sequence<Int64>, _ series: Int) {
      if sketches[series] != nil {
        for user in users { sketches[series]?.add(user) }
      } else if read[series] != nil {
        read[series]?.add(users, to: plan.point)
      } else {
        log(users, series, plan.point)
      }
    }
    for (united, parts) in plan.united {
      for part in parts { add(logs[part].users(of: plan.point), united) }
    }
    for (step, reply) in zip(plan.steps, replies) {
      // What is gone meanwhile has no users any more.
      guard let value = reply[0] else { continue }
      if step.isCount {
        series.table[step.series, plan.point] = Int64(decimal: value) ?? 0
      } else if let users = value.withUnsafeBytes({ PackedUsers.unpack($0) }) {
        add(users, step.series)
      } else if sketches[step.series] != nil {
        value.withUnsafeBytes { _ = sketches[step.series]?.merge($0) }
      } else {
        throw BecameSketch()
      }
    }
    for (series, sketch) in sketches { self.series.table[series, plan.point] = sketch.estimate }
    for (series, log) in read { self.series.table[series, plan.point] = log.counts().total }
  }

  /// Asks how many users each sketch has.
  mutating func countSketches() async throws {
    let places = stored.indices.flatMap { point in
      stored[point].indices.filter { stored[point][$0].count == nil }.map { (point, $0) }
    }
    try await reader.read(places.count) { index in
      RedisCommand(["PFCOUNT", key(stored[places[index].0][places[index].1])])
    } _: { index, reply in
      stored[places[index].0][places[index].1].count = reply[0].flatMap { Int64(decimal: $0) } ?? 0
    }
  }
}

/// An exact set became a HyperLogLog after its row was read.
struct BecameSketch: Error {}
