/// When people are there: by hour of their day, by day of their week. 1 is the average of a week.
enum SimulatedRhythm {
  /// By hour, from midnight on.
  private static let hours = normalised([
    0.55, 0.35, 0.22, 0.15, 0.13, 0.18, 0.35, 0.65, 0.9, 1.05, 1.15, 1.2,
    1.3, 1.3, 1.2, 1.2, 1.25, 1.35, 1.5, 1.65, 1.75, 1.7, 1.4, 0.95,
  ])
  /// By day, from Thursday on: 1970 began with one.
  private static let days = normalised([0.93, 0.98, 1.16, 1.2, 0.94, 0.89, 0.9])

  /// It's never more than this.
  static let maximum = (hours.max() ?? 1) * (days.max() ?? 1)

  /// - Parameters:
  ///   - time: Unix milliseconds.
  ///   - zone: minutes that the people's clocks are ahead of UTC.
  static func level(at time: Int64, zone: Int64) -> Double {
    let local = Double(time + zone * 60_000)
    // A day is most like itself at noon.
    return between(hours, at: local / 3_600_000) * between(days, at: local / 86_400_000 - 0.5)
  }

  /// The values lie on a circle, and between two of them it goes straight from one to the other.
  private static func between(_ values: [Double], at place: Double) -> Double {
    let floor = place.rounded(.down)
    let first = Int(floor) % values.count
    let part = place - floor
    return values[first] * (1 - part) + values[(first + 1) % values.count] * part
  }

  private static func normalised(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 / mean }
  }
}
