import HowUsedModel

/// In which order series and rows are told: the largest first, of equal ones by the bytes of their names.
enum SeriesOrder {
  static func precedes(_ left: (name: [UInt8], count: Int64), _ right: (name: [UInt8], count: Int64)) -> Bool {
    left.count == right.count ? precedes(left.name, right.name) : left.count > right.count
  }

  /// - Parameters: as stored; an escape isn't what is compared.
  static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let escape = UInt8(ascii: "\\")
    guard left.contains(escape) || right.contains(escape) else { return left.lexicographicallyPrecedes(right) }
    return JSONText.decoded(left).utf8.lexicographicallyPrecedes(JSONText.decoded(right).utf8)
  }
}
