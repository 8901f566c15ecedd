import Redis

/// Counts the different users that each series has in each point of a chart, where a point is any buckets together.
///
/// Ids that lie in rows, or beside them as visits, are united as the rows arrive. Larger sets, and HyperLogLogs, are in keys
/// of their own, and the row says how many users they have: ``settle(_:_:)`` reads them where that isn't the answer yet.
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

  struct Point {
    let buckets: Range<Int>
    var stored: [Stored] = []
  }

  let reader: ChartReader
  let statistics: BotStatistics
  /// With the values of all points that were read.
  var series: UserSeries
  let tally = UserTally()
  var points: [Point] = []
  private var buckets: [StoredBucket] = []
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
    let asked = points.flatMap(\.self)
    let keys = statistics.counters
    var ends = points.reversed().map(\.count)
    var start = buckets.count
    var visits: FlatReply?
    try await reader.read(2 * asked.count) { index in
      StoredBucket.command(index % 2, asked[index / 2], dimensions, keys)
    } _: { index, reply in
      guard let waiting = visits else { return visits = reply }
      visits = nil
      buckets.append(StoredBucket(bucket: asked[index / 2], visits: waiting, row: reply, dimensions: dimensions))
      while let count = ends.last, start + count <= buckets.count {
        ends.removeLast()
        countPoint(start..<start + count, map)
        start += count
      }
    }
  }

  private mutating func countPoint(_ range: Range<Int>, _ map: (Int) -> Int?) {
    let (number, tally) = (points.count, tally)
    var point = Point(buckets: range)
    tally.begin()
    unite(range, map) {
      tally.add($0, to: $1, keeping: true)
    } elsewhere: {
      point.stored.append($0)
    }
    for series in 0..<series.table.count { self.series.table[series, number] = tally.count(series) }
    points.append(point)
  }

  /// Calls `add` with users who lie in some buckets' rows, and beside them, and with their series; and `elsewhere` with
  /// what is in keys of its own.
  mutating func unite(
    _ range: Range<Int>,
    _ map: (Int) -> Int?,
    add: (UserList, Int) -> Void,
    elsewhere: (Stored) -> Void
  ) {
    for stored in buckets[range] {
      stored.forEachVisit { combination, users in
        if let found = series.find(combination: combination), let output = map(found) { add(users, output) }
      }
      var isCrowded = false
      stored.forEachField { field, value in
        let (dimension, found) = series.find(dimension: field)
        guard let found, let output = map(found) else { return }
        if found == UserSeries.overflow { isCrowded = true }
        if let users = StoredUsers.list(value) { return add(users, output) }
        guard let users = StoredUsers(value) else { return }
        elsewhere(
          Stored(
            series: output,
            bucket: stored.bucket,
            dimension: dimension,
            count: users.count,
            isSketch: users.isApproximate
          )
        )
      }
      if isCrowded { crowded += 1 }
    }
  }
}
