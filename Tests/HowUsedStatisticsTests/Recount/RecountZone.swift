import Foundation

/// The length of a bucket.
enum RecountDivider: String, CaseIterable, Sendable {
  case minute = "1m"
  case fiveMinutes = "5m"
  case quarter = "15m"
  case hour = "1h"
  case day = "24h"
  case week = "7d"
}

/// Local days, hours and weeks, found by looking at the local clock every quarter of an hour. Every zone of the last ten
/// years changes its clock at a quarter of UTC.
struct RecountZone: Sendable {
  /// What the local clock says at a quarter of an hour of UTC.
  struct Look: Sendable {
    /// Unix seconds.
    var time: Int64
    /// As a number that reads 20261122.
    var date: Int
    var minute: Int
    /// 1 is Sunday.
    var weekday: Int
  }

  struct Unknown: Error {
    var zone: String
  }

  let name: String
  let looks: [Look]

  /// Knows bounds from 40 days before `from` to 9 days after `to` (unix seconds).
  init(_ name: String, from: Int64, to: Int64) throws {
    guard let zone = TimeZone(identifier: name) else { throw Unknown(zone: name) }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    var looks: [Look] = []
    for time in stride(from: (from / 900) * 900 - 40 * 86_400, through: to + 9 * 86_400, by: 900) {
      let date = Date(timeIntervalSince1970: Double(time))
      let local = calendar.dateComponents([.year, .month, .day, .minute, .weekday], from: date)
      guard let year = local.year, let month = local.month, let day = local.day, let minute = local.minute,
        let weekday = local.weekday
      else { throw Unknown(zone: name) }
      looks.append(Look(time: time, date: year * 10_000 + month * 100 + day, minute: minute, weekday: weekday))
    }
    self.name = name
    self.looks = looks
  }

  /// Where all known buckets begin. Hours: at local full hours, so an hour that the clock goes through twice is two.
  /// Days: at the first instant of a later date than any before. Weeks: with the days that are Mondays.
  func begins(_ divider: RecountDivider) -> [Int64] {
    switch divider {
    case .minute: return every(60)
    case .fiveMinutes: return every(300)
    case .quarter: return every(900)
    case .hour: return looks.filter { $0.minute == 0 }.map(\.time)
    case .day, .week:
      var begins: [Int64] = []
      var latest = looks[0].date
      for look in looks where look.date > latest {
        latest = look.date
        if divider == .day || look.weekday == 2 { begins.append(look.time) }
      }
      return begins
    }
  }

  private func every(_ seconds: Int64) -> [Int64] {
    stride(from: looks[0].time, through: looks[looks.count - 1].time, by: 60).filter { $0 % seconds == 0 }
  }

  /// The bounds of the buckets that have a part of `from..<to` (unix seconds).
  func bounds(_ divider: RecountDivider, from: Int64, to: Int64) -> [Int64] {
    let begins = begins(divider)
    guard let first = begins.last(where: { $0 <= from }), let last = begins.first(where: { $0 >= to })
    else { return [] }
    return begins.filter { $0 >= first && $0 <= last }
  }

  /// The beginnings of the `count` buckets that lie directly before the one that begins at `bound`, oldest first.
  func begins(_ divider: RecountDivider, count: Int, before bound: Int64) -> [Int64] {
    begins(divider).filter { $0 < bound }.suffix(count)
  }
}
