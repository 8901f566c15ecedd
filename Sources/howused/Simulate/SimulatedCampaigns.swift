import Foundation
import HowUsedModel

/// Each week a campaign begins, on any of its days. It brings users at once, and fewer every day.
struct SimulatedCampaigns {
  let seed: UInt64

  /// Newcomers on the first day, for each who comes without a campaign, and after how many days they're a third of that.
  private static let strength = 0.4
  private static let days = 3.0
  /// After so many days it's over.
  private static let length: Int64 = 14
  private static let average =
    strength / (1 - exp(-1 / days)) * (1 - exp(-Double(length) / days)) / 7

  /// How many come for the first time on a day of UTC: 1 on average.
  /// - Parameter day: days since 1970.
  func strength(on day: Int64) -> Double {
    (1 + (0...2).reduce(0) { $0 + strength(of: day / 7 - $1, on: day) }) / (1 + Self.average)
  }

  /// The campaign that brought somebody on a day; nil: none.
  /// - Parameter part: within 0..<1.
  func name(on day: Int64, at part: Double) -> String? {
    var rest = part * strength(on: day) * (1 + Self.average)
    for week in [day / 7, day / 7 - 1, day / 7 - 2] {
      rest -= strength(of: week, on: day)
      if rest < 0 { return name(of: week) }
    }
    return nil
  }

  private func name(of week: Int64) -> String {
    let date = UTCTime.date(milliseconds: firstDay(of: week) * SimulatedUsers.millisecondsPerDay)
    let kind = SimulatedWords.campaigns[Int(week % Int64(SimulatedWords.campaigns.count))]
    return "\(kind)_\(date.suffix(5).filter { $0 != "-" })"
  }

  private func strength(of week: Int64, on day: Int64) -> Double {
    let age = day - firstDay(of: week)
    return (0..<Self.length).contains(age) ? Self.strength * exp(-Double(age) / Self.days) : 0
  }

  private func firstDay(of week: Int64) -> Int64 {
    var random = SplitMix64(hashing: seed, 5, UInt64(bitPattern: week))
    return week * 7 + Int64(random.next() % 7)
  }
}
