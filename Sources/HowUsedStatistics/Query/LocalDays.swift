import Foundation

/// The days of a time zone. The only place where the statistics know about zones.
package struct LocalDays: Sendable {
  private let zone: TimeZone

  /// - Parameter identifier: as in the IANA database, such as `Europe/Moscow`.
  package init?(identifier: String) {
    guard identifier.utf8.count <= 64, let zone = TimeZone(identifier: identifier) else { return nil }
    self.zone = zone
  }

  package static let utc = LocalDays(zone: .gmt)

  private init(zone: TimeZone) { self.zone = zone }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }

  /// The number of the local day (from 1970-01-01) that a time falls on.
  package func day(at seconds: Int64) -> Int64 { Resolution.day.bucket(at: seconds + offset(at: seconds)) }

  /// When the local day begins, in Unix seconds.
  package func start(ofDay day: Int64) -> Int64 { time(ofLocal: day * 86_400) }

  /// The same time of day on the day before, in Unix seconds.
  package func dayBefore(_ seconds: Int64) -> Int64 { time(ofLocal: seconds + offset(at: seconds) - 86_400) }

  /// - Parameter local: what clocks in the zone show, in seconds from their 1970-01-01.
  private func time(ofLocal local: Int64) -> Int64 {
    // The offset then may be another one than some hours before; asking twice finds it, unless that time itself is
    // skipped, when either neighbour is as good.
    let guess = local - offset(at: local)
    return local - offset(at: guess)
  }
}
