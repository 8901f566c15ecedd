/// Values by series and point, while an answer is made.
struct SeriesTable {
  private(set) var names: [[UInt8]] = []
  private(set) var values: [[Int64]] = []
  private var indexes: [[UInt8]: Int] = [:]
  private let points: Int

  init(points: Int) { self.points = points }

  /// The index of a series, which is made if need be.
  mutating func series(_ name: [UInt8]) -> Int {
    if let index = indexes[name] { return index }
    indexes[name] = names.count
    names.append(name)
    values.append(Array(repeating: 0, count: points))
    return names.count - 1
  }

  mutating func add(_ count: Int64, to series: Int, at point: Int) { values[series][point] += count }

  /// Indexes of the series, the largest first; equal ones by name.
  var ranking: [Int] {
    let sums = values.map { $0.reduce(0, +) }
    return names.indices.sorted { left, right in
      sums[left] != sums[right]
        ? sums[left] > sums[right] : names[left].lexicographicallyPrecedes(names[right])
    }
  }
}
