import HowUsedArchive

/// What is told who did something when.
protocol UserVisits {
  /// In the order of points for each user and series. The last point of a batch may come again as the first of a later one.
  /// - Parameter users: how many there are by now; they are numbered from 0.
  mutating func visit(_ batch: UserBatch, series: Int, users: Int)
}

/// Finds out which users did something in which points, by series. One group of sections after the other; in each, a series
/// after the other, a bit for each user and point.
struct UserScan<Visits: UserVisits> {
  var visits: Visits
  /// Of the points. May be replaced by others that are the same up to where the last section ended.
  var bounds: [Int64]
  private let seriesCount: Int
  /// Users are left out unless this many low bits of their hash are 0.
  private let sampleBits: Int
  private var users = UserNumbers()

  /// Bytes that users' bits take at most; with more users there are more rounds.
  private static var memory: Int { 32 << 20 }

  /// - Parameter users: that get the first numbers; ascending.
  init(_ visits: Visits, series: Int, bounds: [Int64], sampleBits: Int = 0, users: [Int64] = []) {
    self.visits = visits
    self.bounds = bounds
    seriesCount = series
    self.sampleBits = sampleBits
    _ = self.users.numbers(of: users)
  }

  /// - Parameters:
  ///   - sections: of one group, later than those before.
  ///   - series: of each section and each of its rows. Nil: all rows are in series 0.
  mutating func add(_ sections: [Section], series: [[Int32]?]) throws {
    guard let start = sections.map(\.header.start).min(), let end = sections.map(\.header.time.upperBound).max() else {
      return
    }
    let tables = sections.map { PointTable(bounds, $0.header, within: start..<end) }
    guard let count = tables.first?.count, let first = tables.first?.first, count > 0 else { return }
    let last = bounds[first + count] > end ? first + count - 1 : nil
    let places = try sections.map { try numbers(of: $0.users()) }
    // Of those that are all in one point, and all wanted, nothing needs to be known but who they are.
    if sections.count == 1, let single = tables[0].single, series[0] == nil {
      let masks = UserMasks(users: users.count, width: 1)
      for number in places[0] { masks.words(number)[0] = 1 }
      masks.take(first: first + single, last: last) { visits.visit($0, series: 0, users: users.count) }
      return
    }
    var parts: [UserMarks] = []
    for (index, section) in sections.enumerated() {
      parts.append(try UserMarks(section, series[index], seriesCount, tables[index], places[index]))
    }
    let words = (count + 63) / 64
    let step = max(min(words, Self.memory / max(users.count * 8, 1)), 1)
    let masks = UserMasks(users: users.count, width: step)
    for word in stride(from: 0, to: words, by: step) {
      let points = word * 64..<(word + step) * 64
      for index in parts.indices { parts[index].begin(points) }
      for series in 0..<seriesCount {
        for index in parts.indices { try parts[index].mark(series, masks) }
        let last = last.flatMap { points.contains($0 - first) ? $0 : nil }
        masks.take(first: first + points.lowerBound, last: last) {
          visits.visit($0, series: series, users: users.count)
        }
      }
    }
  }

  private mutating func numbers(of ids: [Int64]) -> [UInt32] {
    guard sampleBits > 0 else { return users.numbers(of: ids) }
    let mask: UInt64 = (1 << UInt64(sampleBits)) - 1
    let isWanted = ids.map { UInt64(bitPattern: $0).mixed(0x5eed) & mask == 0 }
    var wanted = users.numbers(of: zip(ids, isWanted).filter(\.1).map(\.0)).makeIterator()
    return isWanted.map { $0 ? wanted.next() ?? UserMasks.nobody : UserMasks.nobody }
  }
}

extension UserScan: Sendable, ScanSized, ScanState where Visits: ScanSized {
  var size: Int { users.count * 12 + visits.size }
}
