import Foundation
import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import HowUsedStore
import TestSupport
import Testing

/// Statistics of an archive whose segments were joined, before or after they were counted.
struct KeepingCompactTests {
  private let first = KeepingTests.firstDay

  private var orders: KeepingOrders { KeepingOrders(now: KeepingTests.milliseconds(first + 23, hours: 1)) }

  /// Some segments a day for 23 days, and all events.
  private func archive() throws -> (KeptArchive, [KeptEvent]) {
    let archive = try KeptArchive()
    let segments = KeepingTests.days(first..<first + 23, seed: 21, count: 30).flatMap { events in
      stride(from: 0, to: events.count, by: 9).map { Array(events[$0..<min($0 + 9, events.count)]) }
    }
    for segment in segments where !segment.isEmpty { try archive.seal(segment) }
    return (archive, segments.flatMap { $0 })
  }

  private func compact(_ archive: KeptArchive) throws {
    let report = try ArchiveCompactor(layout: archive.layout.archive, now: orders.now).run(archive.partition)
    #expect(report.problems == [])
    #expect(report.after < report.before && report.after <= 25)
  }

  private func check(_ maker: RollupMaker, _ all: [KeptEvent]) throws {
    #expect(maker.set.holes == [])
    #expect(try maker.set.recount(.quarter).difference(from: KeptRecount(all, bucket: 900)) == nil)
  }

  @Test("What was counted before is kept as it is, also by a new process")
  func after() throws {
    let (archive, all) = try archive()
    var maker = RollupMaker(archive.layout, archive.partition)
    try archive.keep(&maker, orders)
    let before = try archive.digests()
    try compact(archive)
    try archive.keep(&maker, orders)
    #expect(try archive.changed(since: before) == [])
    maker = RollupMaker(archive.layout, archive.partition)
    for _ in 0..<50 { try archive.keep(&maker, orders) }
    #expect(try archive.changed(since: before) == [])
    try check(maker, all)
  }

  @Test("What was joined first is counted as what it stands for", arguments: [0, 1, 40, 57])
  func before(counted: Int) throws {
    let (archive, all) = try archive()
    var maker = RollupMaker(archive.layout, archive.partition)
    // Some steps, so that the first are counted.
    for _ in 0..<counted { _ = try maker.step(orders) }
    try compact(archive)
    try archive.keep(&maker, orders)
    try check(maker, all)
    #expect(maker.set.through.number == (try archive.log.numbers().last))
    let report = maker.takeReport()
    #expect(report.damages == [] && report.lost == [] && report.segmentDamages == [])
  }

  @Test("A rebuild counts the joined ones")
  func rebuild() throws {
    let (archive, all) = try archive()
    var maker = RollupMaker(archive.layout, archive.partition)
    try archive.keep(&maker, orders)
    try compact(archive)
    let rebuild = RollupRebuild(archive.layout.archive, archive.partition, retention: StatisticsRetention())
    #expect(try rebuild.events(force: false) == all.count)
    #expect(try rebuild.run(now: orders.now, removals: [:]) { _ in } == [])
    try archive.keep(&maker, orders)
    try check(maker, all)
  }

  @Test("Damaged and missing files are made of them", arguments: ["min-", "day-", "month-", "known-"], [false, true])
  func mending(kind: String, isMissing: Bool) throws {
    let (archive, all) = try archive()
    var maker = RollupMaker(archive.layout, archive.partition)
    try archive.keep(&maker, orders)
    let names = try archive.names(kind)
    try compact(archive)
    let path = archive.path(try #require(names.dropFirst(names.count / 2).first))
    if isMissing {
      try Folder.unlink(path)
    } else {
      var bytes = try archive.bytes(path)
      bytes[bytes.count / 3] ^= 0x20
      try archive.write(bytes, path)
    }
    maker = RollupMaker(archive.layout, archive.partition)
    for _ in 0..<150 { try archive.keep(&maker, orders) }
    let report = maker.takeReport()
    #expect(report.lost == [] && report.segmentDamages == [])
    try check(maker, all)
  }
}
