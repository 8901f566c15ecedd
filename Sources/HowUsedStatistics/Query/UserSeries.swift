/// Which series users belong to by what they used: the users of a dimension, and so those of a combination, are in one
/// series or in none. Each different name is looked into once.
struct UserSeries {
  /// Those who weren't counted one by one, since a row was full.
  static let overflow = 0
  /// No event and no value has such a name.
  static let overflowName = [Combination.other]
  /// Of what smaller series are united into.
  static let otherName = [Combination.other, Combination.other]

  /// The name of a dimension's series; nil: none.
  let name: (_ dimension: [UInt8]) -> [UInt8]?
  /// The series and their values.
  var table: SeriesTable
  private var dimensions = NameTable()
  private var ofDimension: [Int?] = []
  private var combinations = NameTable()
  private var ofCombination: [Int?] = []

  init(points: Int, name: @escaping (_ dimension: [UInt8]) -> [UInt8]?) {
    self.name = name
    table = SeriesTable(points: points)
    _ = table.series(Self.overflowName)
  }

  /// The number of a dimension, and its series.
  mutating func find(dimension: UnsafeRawBufferPointer) -> (number: Int, series: Int?) {
    let number = dimensions.number(of: dimension)
    if number == ofDimension.count { ofDimension.append(name(Array(dimension)).map { table.series($0) }) }
    return (number, ofDimension[number])
  }

  /// `field`: see ``Combination``.
  mutating func find(combination field: UnsafeRawBufferPointer) -> Int? {
    let number = combinations.number(of: field)
    if number == ofCombination.count {
      let series = Dimension.of(Combination(field: field)).map { $0.withUnsafeBytes { find(dimension: $0).series } }
      ofCombination.append(series.compactMap(\.self).first)
    }
    return ofCombination[number]
  }

  func dimension(_ number: Int) -> [UInt8] { Array(dimensions[number]) }

  /// The dimensions that were found, of all series for which `isWanted`.
  func dimensions(where isWanted: (Int) -> Bool) -> [[UInt8]] {
    ofDimension.indices.filter { ofDimension[$0].map(isWanted) ?? false }.map { dimension($0) }
  }
}
