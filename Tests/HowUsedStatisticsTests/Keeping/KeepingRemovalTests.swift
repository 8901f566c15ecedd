import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import HowUsedStore
import TestSupport
import Testing

/// Bots that were removed, and segments that lost their lines.
struct KeepingRemovalTests {
  @Test func removedAtOnceAndCarriedOutLater() throws {
    let archive = try KeptArchive()
    var all: [KeptEvent] = []
    var maker = RollupMaker(archive.layout, archive.partition)
    let first = KeepingTests.firstDay
    for segment in KeepingTests.days(first..<first + 22, seed: 3, count: 20) {
      try archive.seal(segment)
      all += segment
    }
    // Of a month, days, minutes and of who is known.
    var orders = KeepingOrders(now: KeepingTests.milliseconds(first + 22, hours: 1))
    try archive.keep(&maker, orders)
    #expect(maker.set.months.count == 1 && maker.set.known != nil)
    let removal = try #require(all.last).id
    orders.removals = [42: removal]
    #expect(try maker.step(orders) == .worked)
    #expect(maker.set.removals == [42: removal])
    let expected = KeptRecount(all, bucket: 900, removals: [42: removal])
    #expect(try maker.set.recount(.quarter, removals: maker.set.removals).difference(from: expected) == nil)
    try archive.keep(&maker, orders)
    #expect(try maker.set.recount(.quarter).difference(from: expected) == nil)
    // It comes back; its new events count, in a segment with some of before, too.
    let middle = KeepingTests.days(first + 22..<first + 23, seed: 4, count: 20)
    for segment in middle {
      try archive.seal(segment)
      all += segment
    }
    orders.removals = [42: middle[1][10].id]
    try archive.keep(&maker, orders)
    let later = KeptRecount(all, bucket: 900, removals: orders.removals)
    #expect(try maker.set.recount(.quarter).difference(from: later) == nil)
    // A rebuild knows it, too, from the file beside the others.
    for file in maker.set.months + maker.set.days + maker.set.minutes { try Folder.unlink(file.path) }
    var other = RollupMaker(archive.layout, archive.partition)
    try archive.keep(&other, KeepingOrders(now: orders.now))
    #expect(try other.set.recount(.quarter).difference(from: later) == nil)
  }

  @Test func removalsThatCameAfterTheirSegmentWait() throws {
    let archive = try KeptArchive()
    let segments = KeepingTests.days(KeepingTests.firstDay..<KeepingTests.firstDay + 1, seed: 6, count: 20)
    for segment in segments { try archive.seal(segment) }
    var maker = RollupMaker(archive.layout, archive.partition)
    let now = KeepingTests.milliseconds(KeepingTests.firstDay, hours: 23)
    try archive.keep(&maker, KeepingOrders(now: now, sealedThrough: 1))
    #expect(maker.set.through.number == 1)
    let removals: [Int64: StreamID] = [1: segments[2][5].id]
    try archive.keep(&maker, KeepingOrders(now: now, removals: removals, sealedThrough: 3))
    let expected = KeptRecount(segments.flatMap { $0 }, bucket: 900, removals: removals)
    #expect(try maker.set.recount(.quarter).difference(from: expected) == nil)
  }

  @Test func purgedSegmentsStayCounted() throws {
    let archive = try KeptArchive()
    let segments = KeepingTests.days(KeepingTests.firstDay..<KeepingTests.firstDay + 2, seed: 7, count: 20)
    for segment in segments { try archive.seal(segment) }
    var maker = RollupMaker(archive.layout, archive.partition)
    let orders = KeepingOrders(now: KeepingTests.milliseconds(KeepingTests.firstDay + 1, hours: 23))
    try archive.keep(&maker, orders)
    let digests = try archive.digests()
    let bot = try #require(BotID(rawValue: 42))
    let report = try ArchivePurger(layout: archive.layout.archive).remove(bot, archive.partition)
    #expect(report.rewritten > 0)
    var other = RollupMaker(archive.layout, archive.partition)
    try archive.keep(&other, orders)
    #expect(try archive.digests() == digests)
    // Counted anew they have what is left.
    for name in try Folder.names(in: archive.layout.folder(archive.partition)) where name.hasSuffix(".hur") {
      try Folder.unlink("\(archive.layout.folder(archive.partition))/\(name)")
    }
    try archive.keep(&other, orders)
    let expected = KeptRecount(segments.flatMap { $0 }.filter { $0.bot != 42 }, bucket: 900)
    #expect(try other.set.recount(.quarter).difference(from: expected) == nil)
  }
}
