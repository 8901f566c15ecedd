import Foundation
import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import TestSupport
import Testing

/// Files of statistics hold exactly what the archive does, at every step of their way.
struct MaintenanceTests {
  /// 2026-10-20, a month's end being near.
  static let firstDay: Int64 = 20_746

  static func milliseconds(_ day: Int64, hours: Int64 = 0) -> Int64 { (day * 24 + hours) * 3_600_000 }

  /// A few segments a day.
  static func days(_ range: Range<Int64>, seed: UInt64, count: Int = 60) -> [[KeptEvent]] {
    var events = KeptEvents(seed: seed)
    return range.flatMap { day in
      [(0, 300), (300, 301), (301, 1000)].map { events.segment(day: day, $0.0, $0.1, count: count) }
    }
  }

  @Test(arguments: [1, 2])
  func aYearStepByStep(seed: UInt64) throws {
    let archive = try KeptArchive()
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    var all: [KeptEvent] = []
    var day = Self.firstDay
    for segments in [3, 1, 12, 5, 30, 20] {
      for segment in Self.days(day..<day + Int64(segments), seed: seed &* 1000 &+ UInt64(day)) {
        try archive.seal(segment)
        all += segment
      }
      day += Int64(segments)
      try archive.keep(&maintenance, MaintenanceInput(now: Self.milliseconds(day, hours: 1)))
      #expect(try maintenance.set.recount(.quarter).difference(from: KeptRecount(all, bucket: 900)) == nil)
      let recent = Self.milliseconds(day, hours: 1) / 1000 - 48 * 3600
      let minutes = try maintenance.set.recount(.minute).uses.filter { $0.key.time >= recent }
      let expected = KeptRecount(all, bucket: 60, since: recent).uses.filter { $0.key.time >= recent }
      #expect((minutes == expected) == true)
      #expect(maintenance.set.holes.isEmpty)
    }
    #expect(maintenance.set.months.count == 2)
    #expect(maintenance.set.days.count < 45)
    // The last day isn't over yet.
    #expect(maintenance.set.openMinutes.count == 3)
    let before = try archive.digests()
    try archive.keep(&maintenance, MaintenanceInput(now: Self.milliseconds(day, hours: 5), closedBefore: day * 86_400))
    #expect(maintenance.set.openMinutes.count == 0)
    #expect(try archive.digests() != before)
    // Years later the days are all that is left of it.
    try archive.keep(
      &maintenance,
      MaintenanceInput(now: Self.milliseconds(day + 500), closedBefore: (day + 500) * 86_400)
    )
    #expect(maintenance.set.minutes.count + maintenance.set.days.count == 0)
    #expect(maintenance.set.months.allSatisfy { $0.footer.bucket == 86_400 })
    #expect(try maintenance.set.recount(.day).difference(from: KeptRecount(all, bucket: 86_400)) == nil)
    #expect(maintenance.set.through.last == all.last?.id)
    #expect(maintenance.takeReport().damages.isEmpty)
    // Nothing is lost by losing all files.
    try FileManager.default.removeItem(atPath: archive.layout.root)
    var other = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&other, MaintenanceInput(now: Self.milliseconds(day + 500), closedBefore: (day + 500) * 86_400))
    #expect(try other.set.recount(.day).difference(from: KeptRecount(all, bucket: 86_400)) == nil)
    #expect(other.set.days.count == 0)
  }
}
