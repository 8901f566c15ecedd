import Foundation

/// The days and hours of a time zone. The only place where the statistics know about zones.
///
/// A day begins with its first instant: at 01:00 where clocks are put forward at midnight, at the first of two midnights
/// where they are put back to it. It assumes that a zone's offset changes at most once in two days.
package struct LocalDays: Hashable, Sendable {
  private let zone: TimeZone

  /// - Parameter identifier: as in the IANA database, such as `Europe/Moscow`.
  package init?(identifier: String) {
    guard identifier.utf8.count <= 64, identifier.utf8.allSatisfy(Self.isPartOfName),
      let zone = TimeZone(identifier: identifier)
    else { return nil }
    // Foundation takes `GMT+05:07`, too, whose days can't be made of quarters of an hour.
    guard !zone.identifier.hasPrefix("GMT") || zone.secondsFromGMT(for: .distantPast) % 900 == 0 else { return nil }
    self.zone = zone
  }

  /// Foundation would read up to a NUL.
  private static func isPartOfName(_ byte: UInt8) -> Bool {
    switch UnicodeScalar(byte) {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "+", "-", "/", ":": true
    default: false
    }
  }

  package static let utc = LocalDays(zone: .gmt)

  private init(zone: TimeZone) { self.zone = zone }

  /// What clocks there show, in seconds from their 1970-01-01.
  private func local(_ seconds: Int64) -> Int64 { seconds + offset(at: seconds) }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }

  /// The first instant at which clocks there show this time or a later one, in unix seconds.
  /// - Parameter local: in seconds from their 1970-01-01.
  package func instant(ofLocal local: Int64) -> Int64 {
    let before = offset(at: local - 86_400)
    let after = offset(at: local + 86_400)
    let early = local - before
    if before == after || offset(at: early) == before { return early }
    // The offset has changed by then: either to one with which clocks show the time later, or they have skipped it.
    let late = local - after
    return offset(at: late) == after ? late : change(after: late, through: early)
  }

  /// The first instant of the offset that there is at `end`, unlike at `start`.
  private func change(after start: Int64, through end: Int64) -> Int64 {
    let new = offset(at: end)
    var (old, found) = (start, end)
    while found - old > 1 {
      let middle = old + (found - old) / 2
      if offset(at: middle) == new { found = middle } else { old = middle }
    }
    return found
  }

  // MARK: Days

  /// The number of the local day (from 1970-01-01) that a time falls on.
  package func day(at seconds: Int64) -> Int64 {
    let date = floor(local(seconds), 86_400)
    // Clocks that are put back behind midnight show yesterday's date again; yet the day has begun.
    return start(ofDay: date + 1) <= seconds ? date + 1 : date
  }

  /// When the local day begins, in unix seconds. A day that a zone left out begins with the one after it.
  package func start(ofDay day: Int64) -> Int64 { instant(ofLocal: day * 86_400) }

  /// The same time of day some days later, or before, in unix seconds.
  package func shift(_ seconds: Int64, byDays count: Int64) -> Int64 {
    instant(ofLocal: local(seconds) + count * 86_400)
  }

  /// How many whole days later clocks show the same time of day; nil when they don't.
  package func wholeDays(in time: Range<Int64>) -> Int64? {
    let shown = local(time.upperBound) - local(time.lowerBound)
    let length = time.upperBound - time.lowerBound
    return [shown, length].first { $0 > 0 && $0 % 86_400 == 0 }.map { $0 / 86_400 }
  }

  // MARK: Hours

  // An hour begins where clocks show a full one. Where they are set by half an hour, as on Lord Howe Island, another one
  // begins then, so that the day has one of half the length, which ends or begins with a full hour.

  /// When the local hour of a time begins, in unix seconds.
  package func hour(at seconds: Int64) -> Int64 {
    let full = seconds - remainder(local(seconds), 3600)
    guard areOtherHours(full, seconds) else { return full }
    let change = change(after: full, through: seconds)
    return change % 900 == 0 ? change : hour(at: change - 1)
  }

  /// When the next local hour begins.
  package func hour(after seconds: Int64) -> Int64 {
    let full = seconds - remainder(local(seconds), 3600) + 3600
    guard areOtherHours(seconds, full) else { return full }
    let change = change(after: seconds, through: full)
    return change % 900 == 0 ? change : hour(after: change)
  }

  /// Whether minutes of the hour are other ones at one time than at the other.
  private func areOtherHours(_ left: Int64, _ right: Int64) -> Bool {
    (offset(at: left) - offset(at: right)) % 3600 != 0
  }

  // MARK: Arithmetic

  private func floor(_ value: Int64, _ divisor: Int64) -> Int64 { (value - remainder(value, divisor)) / divisor }

  /// 0..<divisor.
  private func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
    let rest = value % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
