/// Counts different users by series and point, and over the whole time.
struct UserCounts: UserVisits, ScanSized {
  /// Of each point, one after the other, its series; missing behind the last one that anybody was in.
  private var values: [Int64] = []
  private(set) var totals: [Int64]
  /// Of each user and series the last point + 1; 0: none.
  private var last: [UInt16] = []
  private let series: Int

  init(series: Int) {
    totals = Array(repeating: 0, count: series)
    self.series = series
  }

  /// More points can't be told apart.
  static let pointLimit = Int(UInt16.max) - 1

  func values(of series: Int, points: Int) -> [Int64] {
    (0..<points).map { point in
      let place = point * self.series + series
      return place < values.count ? values[place] : 0
    }
  }

  /// Bytes of memory, about.
  var size: Int { values.count * 8 + last.count * 2 }

  @inline(__always)
  mutating func visit(user: Int, id: Int64, series: Int, point: Int) {
    let place = user &* self.series &+ series
    if place >= last.count { grow(place) }
    let before = Int(last[place])
    guard before != point &+ 1 else { return }
    if before == 0 { totals[series] &+= 1 }
    let value = point &* self.series &+ series
    if value >= values.count { values += Array(repeating: 0, count: (point + 1) * self.series - values.count) }
    values[value] &+= 1
    last[place] = UInt16(truncatingIfNeeded: point &+ 1)
  }

  @inline(never)
  private mutating func grow(_ place: Int) {
    let needed = (place / series + 1) * series
    last += Array(repeating: 0, count: max(needed, last.count + last.count / 2) - last.count)
  }
}
