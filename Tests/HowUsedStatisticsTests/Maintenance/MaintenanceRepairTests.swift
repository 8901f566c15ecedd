import Foundation
import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import HowUsedStore
import TestSupport
import Testing

/// What is damaged or missing is made anew from what is there, and what can't be is kept and told.
struct MaintenanceRepairTests {
  private let first = MaintenanceTests.firstDay

  /// Files of each kind, and all events.
  private func archive() throws -> (KeptArchive, RollupMaintenance, MaintenanceInput, [KeptEvent]) {
    let archive = try KeptArchive()
    let segments = MaintenanceTests.days(first..<first + 23, seed: 21, count: 10)
    for segment in segments { try archive.seal(segment) }
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(first + 23, hours: 1))
    try archive.keep(&maintenance, input)
    #expect(maintenance.set.months.count == 1)
    _ = maintenance.takeReport()
    return (archive, maintenance, input, segments.flatMap { $0 })
  }

  /// Changes a byte in the middle of a file.
  private func damage(_ name: String, _ archive: KeptArchive) throws {
    var bytes = try archive.bytes(archive.path(name))
    bytes[bytes.count / 3] ^= 0x20
    try archive.write(bytes, archive.path(name))
  }

  /// Goes on until it has nothing to do and has verified each file.
  private func verify(_ archive: KeptArchive, _ maintenance: inout RollupMaintenance, _ input: MaintenanceInput) throws
  {
    for _ in 0..<150 { try archive.keep(&maintenance, input) }
  }

  @Test(arguments: ["min-", "day-", "month-", "known-"], [false, true])
  func damagedFilesAreMadeAnew(kind: String, withinItsLife: Bool) throws {
    var (archive, living, input, all) = try archive()
    // What was verified is verified again after a day.
    if withinItsLife { input.now += 25 * 3_600_000 }
    try archive.keep(&living, input)
    let digests = try archive.digests()
    let names = try archive.names(kind)
    let name = try #require(names.dropFirst(names.count / 2).first)
    try damage(name, archive)
    var maintenance = withinItsLife ? living : RollupMaintenance(archive.layout, archive.partition)
    let through = living.set.through
    try verify(archive, &maintenance, input)
    let report = maintenance.takeReport()
    #expect(report.damages.count == 1 && report.damages.first?.path == archive.path(name))
    #expect(report.lost.isEmpty && report.segmentDamages.isEmpty)
    #expect(maintenance.set.through == through)
    #expect(try maintenance.set.recount(.quarter).difference(from: KeptRecount(all, bucket: 900)) == nil)
    // Day files that were closed may have come and gone; what is there is what was there.
    let changed = try archive.changed(since: digests)
    #expect(changed == [])
  }

  @Test(arguments: ["min-", "day-", "month-", "known-", "closed"])
  func missingFilesAreMadeAnew(kind: String) throws {
    let (archive, _, input, all) = try archive()
    let digests = try archive.digests()
    let names = kind == "closed" ? [kind] : try archive.names(kind)
    try Folder.unlink(archive.path(try #require(names.dropFirst(names.count / 2).first)))
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&maintenance, input)
    #expect(try maintenance.set.recount(.quarter).difference(from: KeptRecount(all, bucket: 900)) == nil)
    let changed = try archive.changed(since: digests)
    #expect(changed == [])
  }

  @Test(arguments: ["min-", "day-", "month-", "known-"])
  func whatTheArchiveDoesNotHoldAnyMoreIsKept(kind: String) throws {
    let (archive, _, input, _) = try archive()
    _ = try Retention(keepDays: 0).run(archive.log, now: input.now)
    let name = try #require(try archive.names(kind).first)
    try damage(name, archive)
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    try verify(archive, &maintenance, input)
    let report = maintenance.takeReport()
    switch kind {
    case "day-", "month-":
      #expect(report.lost.count == 1)
      let names = try Folder.names(in: archive.layout.folder(archive.partition))
      #expect(names.filter { $0.hasPrefix("\(name).damaged-") }.count == 1)
    case "min-":
      // The day's file has what is in it.
      #expect(report.lost.isEmpty && report.damages.count == 1)
    default: #expect(try report.lost.isEmpty && archive.names(kind).count == 1)
    }
    #expect(maintenance.set.holes.isEmpty)
    #expect(maintenance.set.through.number == 69)
    // A next process says it again.
    var other = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&other, input)
    #expect(other.takeReport().lost.count == report.lost.count)
  }

  @Test func filesOfAnotherVersionAndOthers() throws {
    let (archive, _, input, _) = try archive()
    let digests = try archive.digests()
    let name = try #require(try archive.names("day-").last)
    var bytes = try archive.bytes(archive.path(name))
    bytes[bytes.count - RollupFooter.size + 7] = UInt8(ascii: "2")
    try archive.write(bytes, archive.path(name))
    try archive.write([1, 2, 3], archive.path("notes.txt"))
    try archive.write([1, 2, 3], archive.path(".new-1234"))
    try archive.write([1, 2, 3], archive.path("removed"))
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&maintenance, input)
    let report = maintenance.takeReport()
    #expect(report.foreign == ["notes.txt"])
    #expect(report.damages.map(\.path).sorted() == [archive.path(name), archive.path("removed")].sorted())
    try Folder.unlink(archive.path("notes.txt"))
    try Folder.unlink(archive.path("removed"))
    let changed = try archive.changed(since: digests)
    #expect(changed == [])
  }

  @Test func aSegmentThatWasSealedAnewIsCountedAnew() throws {
    let archive = try KeptArchive()
    var segments = MaintenanceTests.days(first..<first + 3, seed: 22, count: 10)
    for segment in segments { try archive.seal(segment) }
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(first + 3))
    try archive.keep(&maintenance, input)
    // The newest one was damaged, and its events come again, with two more.
    try Folder.unlink(archive.layout.archive.segment(9, archive.partition))
    var last = segments.removeLast()
    for number in 1...2 {
      var event = last[last.count - 1]
      event.id = StreamID(milliseconds: event.id.milliseconds + UInt64(number), sequence: 0)
      last.append(event)
    }
    segments.append(last)
    #expect(try archive.seal(last) == 9)
    // In its life it finds out by the next segment, otherwise when it begins.
    var other = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&other, input)
    #expect(try other.set.recount(.quarter).difference(from: KeptRecount(segments.flatMap { $0 }, bucket: 900)) == nil)
    #expect(other.set.through.last == last.last?.id)
  }

  @Test func theNextSegmentTellsOfOneThatWasSealedAnew() throws {
    let archive = try KeptArchive()
    var segments = MaintenanceTests.days(first..<first + 2, seed: 23, count: 10)
    for segment in segments { try archive.seal(segment) }
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(first + 2))
    try archive.keep(&maintenance, input)
    try Folder.unlink(archive.layout.archive.segment(6, archive.partition))
    segments[5].removeLast()
    try archive.seal(segments[5])
    segments += MaintenanceTests.days(first + 2..<first + 3, seed: 24, count: 10)
    for segment in segments[6...] { try archive.seal(segment) }
    try archive.keep(&maintenance, input)
    #expect(
      try maintenance.set.recount(.quarter).difference(from: KeptRecount(segments.flatMap { $0 }, bucket: 900)) == nil
    )
  }

  @Test func segmentsThatCannotBeCountedAreLeftOutUntilTheyCan() throws {
    let archive = try KeptArchive()
    let segments = MaintenanceTests.days(first..<first + 2, seed: 25, count: 10)
    for segment in segments { try archive.seal(segment) }
    let path = archive.layout.archive.segment(2, archive.partition)
    let bytes = try archive.bytes(path)
    var damaged = bytes
    damaged[100] ^= 1
    try archive.write(damaged, path)
    let gone = [4, 5].map { archive.layout.archive.segment($0, archive.partition) }
    let goneBytes = try gone.map { try archive.bytes($0) }
    for path in gone { try Folder.unlink(path) }
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(first + 2))
    try archive.keep(&maintenance, input)
    #expect(maintenance.takeReport().segmentDamages.count == 1)
    let rest = segments.enumerated().filter { ![1, 3, 4].contains($0.offset) }.flatMap(\.element)
    #expect(try maintenance.set.recount(.quarter).difference(from: KeptRecount(rest, bucket: 900)) == nil)
    #expect(maintenance.set.through.last == rest.last?.id && maintenance.set.holes.isEmpty)
    // Repaired from a copy.
    try archive.write(bytes, path)
    for (bytes, path) in zip(goneBytes, gone) { try archive.write(bytes, path) }
    var other = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&other, input)
    #expect(try other.set.recount(.quarter).difference(from: KeptRecount(segments.flatMap { $0 }, bucket: 900)) == nil)
  }

  /// The newest segment may be sealed again under its number: nothing is said of it until another one follows.
  @Test func aDamagedNewestSegmentWaits() throws {
    let archive = try KeptArchive()
    let segments = MaintenanceTests.days(first..<first + 1, seed: 26, count: 10)
    for segment in segments { try archive.seal(segment) }
    let path = archive.layout.archive.segment(3, archive.partition)
    var damaged = try archive.bytes(path)
    damaged[100] ^= 1
    try archive.write(damaged, path)
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(first + 2))
    try archive.keep(&maintenance, input)
    #expect(maintenance.set.through.number == 2)
    // The archiver sets it aside and seals the events again.
    try archive.seal(segments[2])
    try archive.keep(&maintenance, input)
    #expect(maintenance.set.through.number == 3)
    #expect(
      try maintenance.set.recount(.quarter).difference(from: KeptRecount(segments.flatMap { $0 }, bucket: 900)) == nil
    )
  }
}
