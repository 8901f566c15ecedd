/// Values by series and point, while an answer is made.
struct SeriesTable {
  let points: Int
  private var table = NameTable()
  /// Those of a series behind those of the one before.
  private var values: [Int64] = []

  init(points: Int) { self.points = points }

  /// How many series there are.
  var count: Int { table.count }

  /// The number of a series, which is made if need be.
  mutating func series(_ name: [UInt8]) -> Int {
    let series = name.withUnsafeBytes { table.number(of: $0) }
    if (series + 1) * points > values.count { values.append(contentsOf: repeatElement(0, count: points)) }
    return series
  }

  func name(_ series: Int) -> [UInt8] { Array(table[series]) }

  func values(_ series: Int) -> ArraySlice<Int64> { values[series * points..<(series + 1) * points] }

  subscript(series: Int, point: Int) -> Int64 {
    get { values[series * points + point] }
    set { values[series * points + point] = newValue }
  }

  /// Sorted by a weight, the largest first; equal ones by name.
  func ranking(_ series: some Sequence<Int>, by weight: (Int) -> Int64) -> [Int] {
    series.map { (series: $0, weight: weight($0)) }.sorted { left, right in
      left.weight != right.weight
        ? left.weight > right.weight : table[left.series].lexicographicallyPrecedes(table[right.series])
    }.map(\.series)
  }
}
