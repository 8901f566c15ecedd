/// What different users are counted by, and its name in Redis. Stored data: never change.
///
/// All users, those of an event, and those of one value of one param, with whatever event or with one. So any question
/// that has at most one param in it can be answered, and no question of two.
package enum Dimension {
  /// All users that events came from.
  package static let all: [UInt8] = [UInt8(ascii: "a")]
  /// All users that deprecated updates came from.
  package static let updates: [UInt8] = [UInt8(ascii: "u")]
  /// In the place of an event's name: whichever event. No event's name is that short.
  static let anyEvent: [UInt8] = [UInt8(ascii: "*")]

  /// `name` as stored (with JSON escapes).
  package static func event(_ name: some Collection<UInt8>) -> [UInt8] { [UInt8(ascii: "e")] + name }

  /// `param` is 1…3; a nil event means any.
  package static func param(_ param: Int, _ value: some Collection<UInt8>, event: [UInt8]?) -> [UInt8] {
    [digit(param)] + (event ?? anyEvent) + [Combination.separator] + value
  }

  /// The users of all dimensions of the same kind (`e`, `1`, `2` or `3`) that were beyond the limit.
  package static func overflow(kind: UInt8) -> [UInt8] { [kind, Combination.other] }

  /// What a name in Redis stands for; nil when it's no dimension but another of the row's fields.
  package static func parse(_ field: some Collection<UInt8>) -> Parsed? {
    guard let kind = field.first else { return nil }
    let rest = field.dropFirst()
    switch kind {
    case UInt8(ascii: "a") where rest.isEmpty: return .all
    case UInt8(ascii: "u") where rest.isEmpty: return .updates
    case UInt8(ascii: "e"), UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "3"):
      if rest.count == 1, rest.first == Combination.other { return .overflow(kind: kind) }
      if kind == UInt8(ascii: "e") { return .event(Array(rest)) }
      guard let separator = rest.firstIndex(of: Combination.separator) else { return nil }
      let event = Array(rest[..<separator])
      let value = Array(rest[rest.index(after: separator)...])
      return .param(Int(kind - 0x30), value: value, event: event == anyEvent ? nil : event)
    default: return nil
    }
  }

  package enum Parsed: Hashable, Sendable {
    case all
    case updates
    case event([UInt8])
    case param(Int, value: [UInt8], event: [UInt8]?)
    case overflow(kind: UInt8)
  }

  private static func digit(_ param: Int) -> UInt8 { 0x30 + UInt8(truncatingIfNeeded: param) }

  /// The dimensions that a user of the combination counts in. Deprecated updates count apart, in one.
  static func of(_ combination: Combination) -> [[UInt8]] {
    guard !combination.isUpdate else { return [updates] }
    var dimensions = [all, event(combination[0])]
    for number in 1...3 where !combination[number].isEmpty {
      dimensions.append(param(number, combination[number], event: nil))
      dimensions.append(param(number, combination[number], event: combination[0]))
    }
    return dimensions
  }
}
