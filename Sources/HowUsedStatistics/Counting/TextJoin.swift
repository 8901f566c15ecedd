/// Unites the values of sections' dimensions.
struct TextJoin {
  /// Of each dimension the values, ascending by bytes.
  private(set) var texts: [[[UInt8]]] = []
  /// Of each input, each dimension and each of its values: the place among the joined ones.
  private(set) var places: [[[UInt32]]]
  /// Whether values were left out.
  private(set) var isCut = false

  /// - Parameter limit: of each dimension; see ``SectionJoin/Limits``.
  /// - Throws: ``RollupDamage``
  init(_ inputs: [Section], limit: Int) throws {
    places = inputs.map { _ in [] }
    for dimension in 0..<4 {
      var table = TextTable()
      let numbers = inputs.map { input in input.texts[dimension].map { table.number(of: $0) } }
      var kept = [UInt32](0..<UInt32(table.count))
      if table.count > limit {
        kept = try Self.leaveOut(inputs, dimension, numbers, &table, limit: limit)
        isCut = true
      }
      var isKept = [Bool](repeating: false, count: table.count)
      for number in kept { isKept[Int(number)] = true }
      let order = isKept.indices.filter { isKept[$0] }.map { (text: Array(table[UInt32($0)]), number: $0) }
        .sorted { $0.text.lexicographicallyPrecedes($1.text) }
      var ranks = [UInt32](repeating: 0, count: table.count)
      for (rank, entry) in order.enumerated() { ranks[entry.number] = UInt32(rank) }
      texts.append(order.map(\.text))
      for (index, numbers) in numbers.enumerated() {
        places[index].append(numbers.map { ranks[Int(kept[Int($0)])] })
      }
    }
  }

  /// Maps the least used values to the one that stands for all others. No value at all stays what it is.
  private static func leaveOut(
    _ inputs: [Section],
    _ dimension: Int,
    _ numbers: [[UInt32]],
    _ table: inout TextTable,
    limit: Int
  ) throws -> [UInt32] {
    let other = table.number(of: Section.otherValue)
    var uses = [Int](repeating: 0, count: table.count)
    for (input, numbers) in zip(inputs, numbers) {
      let rows = try input.rows()
      for (value, count) in zip(rows.values[dimension], rows.uses) { uses[Int(numbers[Int(value)])] += count }
    }
    let ranking = uses.indices.filter { $0 != Int(other) && !table[UInt32($0)].isEmpty }
      .map { (uses: uses[$0], text: Array(table[UInt32($0)]), number: $0) }
      .sorted { $0.uses == $1.uses ? $0.text.lexicographicallyPrecedes($1.text) : $0.uses > $1.uses }
    var kept = [UInt32](0..<UInt32(table.count))
    // One less, so that what was joined once isn't cut again by the next join.
    for entry in ranking.dropFirst(max(0, limit - 2)) { kept[entry.number] = other }
    return kept
  }
}
