import Foundation
import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import HowUsedStore
import TestSupport
import Testing

/// Statistics of an archive whose segments were joined, before or after they were counted.
struct MaintenanceCompactTests {
  private let first = MaintenanceTests.firstDay

  private var input: MaintenanceInput { MaintenanceInput(now: MaintenanceTests.milliseconds(first + 23, hours: 1)) }

  /// Some segments a day for 23 days, and all events.
  private func archive() throws -> (KeptArchive, [KeptEvent]) {
    let archive = try KeptArchive()
    let segments = MaintenanceTests.days(first..<first + 23, seed: 21, count: 30).flatMap { events in
      stride(from: 0, to: events.count, by: 9).map { Array(events[$0..<min($0 + 9, events.count)]) }
    }
    for segment in segments where !segment.isEmpty { try archive.seal(segment) }
    return (archive, segments.flatMap { $0 })
  }

  private func compact(_ archive: KeptArchive) throws {
    let report = try ArchiveCompactor(layout: archive.layout.archive, now: input.now).run(archive.partition)
    #expect(report.problems == [])
    #expect(report.after < report.before && report.after <= 25)
  }

  private func check(_ maintenance: RollupMaintenance, _ all: [KeptEvent]) throws {
    #expect(maintenance.set.holes == [])
    #expect(try maintenance.set.recount(.quarter).difference(from: KeptRecount(all, bucket: 900)) == nil)
  }

  @Test("What was counted before is kept as it is, also by a new process")
  func after() throws {
    let (archive, all) = try archive()
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&maintenance, input)
    let before = try archive.digests()
    try compact(archive)
    try archive.keep(&maintenance, input)
    #expect(try archive.changed(since: before) == [])
    maintenance = RollupMaintenance(archive.layout, archive.partition)
    for _ in 0..<50 { try archive.keep(&maintenance, input) }
    #expect(try archive.changed(since: before) == [])
    try check(maintenance, all)
  }

  @Test("What was joined first is counted as what it stands for", arguments: [0, 1, 40, 57])
  func before(counted: Int) throws {
    let (archive, all) = try archive()
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    // Some steps, so that the first are counted.
    for _ in 0..<counted { _ = try maintenance.step(input) }
    try compact(archive)
    try archive.keep(&maintenance, input)
    try check(maintenance, all)
    #expect(maintenance.set.through.number == (try archive.log.numbers().last))
    let report = maintenance.takeReport()
    #expect(report.damages == [] && report.lost == [] && report.segmentDamages == [])
  }

  @Test("A rebuild counts the joined ones")
  func rebuild() throws {
    let (archive, all) = try archive()
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&maintenance, input)
    try compact(archive)
    let rebuild = RollupRebuild(archive.layout.archive, archive.partition, retention: StatisticsRetention())
    #expect(try rebuild.events(force: false) == all.count)
    #expect(try rebuild.run(now: input.now, removals: [:]) { _ in } == [])
    try archive.keep(&maintenance, input)
    try check(maintenance, all)
  }

  @Test("Damaged and missing files are made of them", arguments: ["min-", "day-", "month-", "known-"], [false, true])
  func mending(kind: String, isMissing: Bool) throws {
    let (archive, all) = try archive()
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&maintenance, input)
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
    maintenance = RollupMaintenance(archive.layout, archive.partition)
    for _ in 0..<150 { try archive.keep(&maintenance, input) }
    let report = maintenance.takeReport()
    #expect(report.lost == [] && report.segmentDamages == [])
    try check(maintenance, all)
  }
}
