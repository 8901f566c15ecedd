import ArgumentParser

/// `30s`, `5m`, `2h`, `21d`.
struct SimulationLength: ExpressibleByArgument, CustomStringConvertible {
  /// At least 1, at most a year.
  let seconds: Int64

  private static let units: [(letter: Character, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

  init(seconds: Int64) { self.seconds = seconds }

  init?(argument: String) {
    guard let unit = Self.units.first(where: { $0.letter == argument.last }), let count = Int64(argument.dropLast()),
      (1...366 * 86_400 / unit.seconds).contains(count)
    else { return nil }
    seconds = count * unit.seconds
  }

  /// In the largest unit that divides it.
  var description: String {
    let unit = Self.units.first { seconds % $0.seconds == 0 } ?? ("s", 1)
    return "\(seconds / unit.seconds)\(unit.letter)"
  }

  var defaultValueDescription: String { description }
}
