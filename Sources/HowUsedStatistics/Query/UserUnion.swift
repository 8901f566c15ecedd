import Redis

/// Counts the different users that each series has in each point of a chart, where a point is any buckets together.
///
/// Ids that lie in rows, or beside them as visits, are written down as the rows arrive, and counted at the end. Larger sets,
/// and HyperLogLogs, are in keys of their own, and the row says how many users they have: ``settle(_:_:)`` reads them where
/// that isn't the answer yet.
struct UserUnion {
  /// Users of a dimension in a bucket who are not in its row but in a key of their own.
  struct Stored {
    let series: Int
    let bucket: RollupBucket
    /// Its number in ``series``.
    let dimension: Int
    /// Nil: a HyperLogLog, which wasn't asked yet.
    var count: Int64?
    let isSketch: Bool
  }

  let reader: ChartReader
  let statistics: BotStatistics
  /// With the values of all points that were read.
  var series: UserSeries
  /// Of each point that was read, what is in keys of its own.
  var stored: [[Stored]] = []
  /// Of each series, in the points that were read last.
  var logs: [UserLog] = []
  /// Of each series: how many different users its log has.
  private var totals: [Int64] = []
  /// How many of the buckets that were read have users who weren't counted one by one.
  private(set) var crowded = 0
  /// Whether a settled number is an estimate.
  var isApproximate = false

  /// - Parameters:
  ///   - points: how many points will be read.
  ///   - name: of the series that a dimension's users belong to; nil: none.
  init(reader: ChartReader, statistics: BotStatistics, points: Int, name: @escaping (_ dimension: [UInt8]) -> [UInt8]?)
  {
    self.reader = reader
    self.statistics = statistics
    series = UserSeries(points: points, name: name)
  }

  /// Reads points, which come behind those that were read before.
  /// - Parameters:
  ///   - dimensions: what the rows are asked for; nil: everything.
  ///   - map: the series that the users of a series go to; nil: none.
  mutating func read(
    _ points: [[RollupBucket]],
    _ dimensions: [[UInt8]]?,
    _ map: (Int) -> Int? = { $0 }
  ) async throws {
    let asked = zip(stored.count..., points).flatMap { point, buckets in buckets.map { (point: point, bucket: $0) } }
    stored += Array(repeating: [], count: points.count)
    logs = []
    let keys = statistics.counters
    var visits: FlatReply?
    try await reader.read(2 * asked.count) { index in
      StoredBucket.command(index % 2, asked[index / 2].bucket, dimensions, keys)
    } _: { index, reply in
      guard let waiting = visits else { return visits = reply }
      visits = nil
      let (point, bucket) = asked[index / 2]
      add(StoredBucket(bucket: bucket, visits: waiting, row: reply, dimensions: dimensions), to: point, map)
    }
    await count(logs.indices)
  }

  /// How many different users the series has in the points that were read last, if all of them were written down.
  func total(_ series: Int) -> Int64 { series < totals.count ? totals[series] : 0 }

  private mutating func add(_ bucket: StoredBucket, to point: Int, _ map: (Int) -> Int?) {
    bucket.forEachVisit { combination, users in
      if let found = series.find(combination: combination), let output = map(found) { log(users, output, point) }
    }
    var isCrowded = false
    bucket.forEachField { field, value in
      let (dimension, found) = series.find(dimension: field)
      guard let found, let output = map(found) else { return }
      if found == UserSeries.overflow { isCrowded = true }
      if let users = StoredUsers.list(value) { return log(users, output, point) }
      guard let users = StoredUsers(value) else { return }
      stored[point].append(
        Stored(
          series: output,
          bucket: bucket.bucket,
          dimension: dimension,
          count: users.count,
          isSketch: users.isApproximate
        )
      )
    }
    if isCrowded { crowded += 1 }
  }

  @inline(__always)
  mutating func log(_ users: some Sequence<Int64>, _ series: Int, _ point: Int) {
    while logs.count <= series { logs.append(UserLog()) }
    logs[series].add(users, to: point)
  }

  /// Counts what the logs of some series say: the points' values, and the totals. On all cores.
  mutating func count(_ chosen: some Collection<Int>) async {
    totals += Array(repeating: 0, count: max(logs.count - totals.count, 0))
    await withTaskGroup(of: (Int, UserLog.Counts).self) { group in
      for number in chosen {
        let log = logs[number]
        group.addTask { (number, log.counts()) }
      }
      for await (number, counts) in group {
        for (point, count) in counts.points { series.table[number, point] = count }
        totals[number] = counts.total
      }
    }
  }
}
