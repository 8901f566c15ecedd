import Redis

extension UserUnion {
  /// What is to be read to finish a point.
  private struct Plan {
    let point: Int
    /// The reply is what a key holds, or (`isCount`) how many users the keys have together.
    var steps: [(series: Int, command: RedisCommand, isCount: Bool)] = []
    /// The series whose users are to be united.
    var united: Set<Int> = []
    /// Those of them that are estimated.
    var estimated: Set<Int> = []
  }

  /// About how many keys are read before they are looked at: some may hold 12 KB.
  private static let keysAtOnce = 512

  /// Finds the users who are stored in keys of their own, and unites series that `map` lets go to the same one.
  /// - Parameter map: the series that the users of a series go to; nil: none.
  mutating func settle(_ range: Range<Int>, _ map: (Int) -> Int? = { $0 }) async throws {
    var plans: [Plan] = []
    var commands: [RedisCommand] = []
    let isMerging = (0..<series.table.count).contains { found in map(found).map { $0 != found } ?? false }
    for point in range {
      if isMerging || !points[point].stored.isEmpty {
        let plan = plan(point, map)
        plans.append(plan)
        commands += plan.steps.map(\.command)
      }
      guard commands.count >= Self.keysAtOnce || point == range.last else { continue }
      var replies = try await reader.flat(commands)[...]
      for plan in plans {
        try finish(plan, replies.prefix(plan.steps.count), map)
        replies = replies.dropFirst(plan.steps.count)
      }
      (plans, commands) = ([], [])
    }
  }

  private mutating func plan(_ point: Int, _ map: (Int) -> Int?) -> Plan {
    var plan = Plan(point: point)
    // The series that have users in rows or beside them.
    var present: Set<Int> = []
    for found in 0..<series.table.count where series.table[found, point] > 0 {
      guard let output = map(found) else { continue }
      present.insert(output)
      if output != found { plan.united.insert(output) }
    }
    var stored: [Int: [Stored]] = [:]
    for set in points[point].stored { if let output = map(set.series) { stored[output, default: []].append(set) } }
    for (output, sets) in stored {
      if sets.contains(where: \.isSketch) { isApproximate = true }
      if sets.count == 1, let count = sets[0].count, !present.contains(output) {
        series.table[output, point] = count
      } else if sets.allSatisfy(\.isSketch), !present.contains(output) {
        plan.steps.append((output, RedisCommand(["PFCOUNT"] + sets.map { key($0) }), true))
      } else {
        plan.united.insert(output)
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

  private mutating func finish(_ plan: Plan, _ replies: ArraySlice<FlatReply>, _ map: (Int) -> Int?) throws {
    let tally = tally
    var sketches = Dictionary(uniqueKeysWithValues: plan.estimated.map { ($0, HyperLogLog()) })
    // Of the others, the total is found elsewhere.
    let keeping = plan.united.subtracting(plan.steps.map(\.series))
    func add(_ users: some Sequence<Int64>, _ series: Int) {
      if sketches[series] == nil { return tally.add(users, to: series, keeping: keeping.contains(series)) }
      for user in users { sketches[series]?.add(user) }
    }
    tally.begin()
    if !plan.united.isEmpty {
      unite(points[plan.point].buckets) { found in
        map(found).flatMap { plan.united.contains($0) ? $0 : nil }
      } add: { users, series in
        add(users, series)
      } elsewhere: { _ in
      }
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
    for united in plan.united {
      series.table[united, plan.point] = sketches[united]?.estimate ?? tally.count(united)
    }
  }

  /// Asks how many users each sketch has.
  mutating func countSketches() async throws {
    let places = points.indices.flatMap { point in
      points[point].stored.indices.filter { points[point].stored[$0].count == nil }.map { (point, $0) }
    }
    try await reader.read(places.count) { index in
      RedisCommand(["PFCOUNT", key(points[places[index].0].stored[places[index].1])])
    } _: { index, reply in
      points[places[index].0].stored[places[index].1].count = reply[0].flatMap { Int64(decimal: $0) } ?? 0
    }
  }
}

/// An exact set became a HyperLogLog after its row was read.
struct BecameSketch: Error {}
