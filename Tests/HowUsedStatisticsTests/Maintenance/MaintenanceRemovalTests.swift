import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import HowUsedStore
import TestSupport
import Testing

/// Bots that were removed, and segments that lost their lines.
struct MaintenanceRemovalTests {
  @Test func removedAtOnceAndCarriedOutLater() throws {
    let archive = try KeptArchive()
    var all: [KeptEvent] = []
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    let first = MaintenanceTests.firstDay
    for segment in MaintenanceTests.days(first..<first + 22, seed: 3, count: 20) {
      try archive.seal(segment)
      all += segment
    }
    // Of a month, days, minutes and of who is known.
    var input = MaintenanceInput(now: MaintenanceTests.milliseconds(first + 22, hours: 1))
    try archive.keep(&maintenance, input)
    #expect(maintenance.set.months.count == 1 && maintenance.set.known != nil)
    let removal = try #require(all.last).id
    input.removals = [42: removal]
    #expect(try maintenance.step(input) == .worked)
    #expect(maintenance.set.removals == [42: removal])
    let expected = KeptRecount(all, bucket: 900, removals: [42: removal])
    #expect(try maintenance.set.recount(.quarter, removals: maintenance.set.removals).difference(from: expected) == nil)
    try archive.keep(&maintenance, input)
    #expect(try maintenance.set.recount(.quarter).difference(from: expected) == nil)
    // It comes back; its new events count, in a segment with some of before, too.
    let middle = MaintenanceTests.days(first + 22..<first + 23, seed: 4, count: 20)
    for segment in middle {
      try archive.seal(segment)
      all += segment
    }
    input.removals = [42: middle[1][10].id]
    try archive.keep(&maintenance, input)
    let later = KeptRecount(all, bucket: 900, removals: input.removals)
    #expect(try maintenance.set.recount(.quarter).difference(from: later) == nil)
    // A rebuild knows it, too, from the file beside the others.
    for file in maintenance.set.months + maintenance.set.days + maintenance.set.minutes { try Folder.unlink(file.path) }
    var other = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&other, MaintenanceInput(now: input.now))
    #expect(try other.set.recount(.quarter).difference(from: later) == nil)
  }

  @Test func removalsThatCameAfterTheirSegmentWait() throws {
    let archive = try KeptArchive()
    let segments = MaintenanceTests.days(MaintenanceTests.firstDay..<MaintenanceTests.firstDay + 1, seed: 6, count: 20)
    for segment in segments { try archive.seal(segment) }
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    let now = MaintenanceTests.milliseconds(MaintenanceTests.firstDay, hours: 23)
    try archive.keep(&maintenance, MaintenanceInput(now: now, sealedThrough: 1))
    #expect(maintenance.set.through.number == 1)
    let removals: [Int64: StreamID] = [1: segments[2][5].id]
    try archive.keep(&maintenance, MaintenanceInput(now: now, removals: removals, sealedThrough: 3))
    let expected = KeptRecount(segments.flatMap { $0 }, bucket: 900, removals: removals)
    #expect(try maintenance.set.recount(.quarter).difference(from: expected) == nil)
  }

  @Test func purgedSegmentsStayCounted() throws {
    let archive = try KeptArchive()
    let segments = MaintenanceTests.days(MaintenanceTests.firstDay..<MaintenanceTests.firstDay + 2, seed: 7, count: 20)
    for segment in segments { try archive.seal(segment) }
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(MaintenanceTests.firstDay + 1, hours: 23))
    try archive.keep(&maintenance, input)
    let digests = try archive.digests()
    let bot = try #require(BotID(rawValue: 42))
    let report = try ArchivePurger(layout: archive.layout.archive).remove(bot, archive.partition)
    #expect(report.rewritten > 0)
    var other = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&other, input)
    #expect(try archive.digests() == digests)
    // Counted anew they have what is left.
    for name in try Folder.names(in: archive.layout.folder(archive.partition)) where name.hasSuffix(".hur") {
      try Folder.unlink("\(archive.layout.folder(archive.partition))/\(name)")
    }
    try archive.keep(&other, input)
    let expected = KeptRecount(segments.flatMap { $0 }.filter { $0.bot != 42 }, bucket: 900)
    #expect(try other.set.recount(.quarter).difference(from: expected) == nil)
  }
}
