import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Synchronization
import TestSupport
import Testing

/// Small segments of past days become one a day: every event stays, once, whatever happens meanwhile.
@Suite struct ArchiveCompactorTests {
  private static let partition = Partition(rawValue: 7)
  private static let day: UInt64 = 86_400_000
  private static let now = Int64(Samples.start + 10 * day)

  /// Two past days of six segments each, and the newest one, alone in a third: segments 1 to 6, 7 to 12, 13.
  private static func fill(_ archive: SampleArchive) throws {
    for number in 0..<13 as Range<UInt64> {
      let start = Samples.start + number / 6 * day + number % 6 * 3_600_000
      try archive.seal(Samples.ids(5, from: start), Samples.ids(3, from: start + 100))
    }
    #expect(try archive.verify().problems == [])
  }

  @discardableResult
  private static func compact(
    _ archive: SampleArchive,
    now: Int64 = now,
    hook: @escaping CompactHook = { _ in }
  ) throws -> CompactReport {
    try ArchiveCompactor(layout: archive.layout, now: now, hook: hook).run(partition)
  }

  private static func export(_ archive: SampleArchive) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    _ = try await Exporter(layout: archive.layout, streams: nil, filter: ExportFilter(), format: .ndjson)
      .run { bytes += $0 }
    return bytes
  }

  private static func hiddenNames(_ archive: SampleArchive) throws -> [String] {
    let dates = try Folder.names(in: archive.layout.root).filter { $0.hasPrefix(ArchiveLayout.datePrefix) }
    let folders = [archive.log.folder] + dates.map { "\(archive.layout.root)/\($0)" }
    return try folders.flatMap { try Folder.names(in: $0, hidden: true).filter { $0.hasPrefix(".") } }
  }

  private static func datedNames(_ archive: SampleArchive) throws -> [UInt64] {
    try DatedNames.list(archive.layout).all(of: partition).map(\.number)
  }

  /// As a restored backup may have them.
  private static func copyDatedNames(_ archive: SampleArchive) throws {
    for name in try DatedNames.list(archive.layout).all(of: partition) {
      let path = archive.layout.dated(name.number, partition, date: name.date)
      let bytes = try File.openForReading(path).readAll().bytes
      try Folder.unlink(path)
      try File.create(path, holding: bytes)
    }
  }

  // MARK: What becomes of it

  @Test(arguments: [false, true])
  func aDayBecomesOneFile(ofCopies: Bool) async throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    if ofCopies { try Self.copyDatedNames(archive) }
    let before = try await Self.export(archive)
    let position = try archive.position()
    let verified = try archive.verify()
    let report = try Self.compact(archive)
    #expect(report.before == 13 && report.after == 3 && report.problems == [])
    #expect(try archive.log.numbers() == [6, 12, 13])
    #expect(try Self.datedNames(archive) == [6, 12, 13])
    #expect(try Self.hiddenNames(archive) == [])
    let after = try archive.verify()
    #expect(after.problems == [])
    #expect(after.events == verified.events && after.segments == 3)
    #expect(try await Self.export(archive) == before)
    #expect(try archive.position() == position)
    let footer = try #require(try SegmentFooter.read(archive.path(12)))
    #expect(footer.numbers == 7...12 && footer.count == 48 && footer.frames == 12)
    for number in [6, 12] as [UInt64] {
      let name = archive.layout.dated(number, Self.partition, date: number == 6 ? "2026-11-22" : "2026-11-23")
      let (one, other) = (try Folder.status(of: name), try Folder.status(of: archive.path(number)))
      #expect(try #require(one).isSameFile(as: try #require(other)))
    }

    // Once more does nothing.
    #expect(try Self.compact(archive).after == 3)
    #expect(try await Self.export(archive) == before)
  }

  /// What was the newest one before joins those of its day.
  @Test func whatComesLaterIsJoinedToo() async throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    try Self.compact(archive)
    for hour in 1..<4 as Range<UInt64> {
      try archive.seal(Samples.ids(4, from: Samples.start + 2 * Self.day + hour * 3_600_000))
    }
    try archive.seal(Samples.ids(4, from: Samples.start + 3 * Self.day))
    let before = try await Self.export(archive)
    try Self.compact(archive)
    #expect(try archive.log.numbers() == [6, 12, 16, 17])
    #expect(try SegmentFooter.read(archive.path(16))?.numbers == 13...16)
    #expect(try archive.verify().problems == [])
    #expect(try await Self.export(archive) == before)
    // Of two that were joined one can be made again.
    try archive.seal(Samples.ids(4, from: Samples.start + 3 * Self.day + 1000))
    try archive.seal(Samples.ids(4, from: Samples.start + 4 * Self.day))
    try Self.compact(archive)
    try archive.seal(Samples.ids(4, from: Samples.start + 4 * Self.day + 1000))
    #expect(try Self.compact(archive).after == 6)
    #expect(try archive.log.numbers() == [6, 12, 16, 18, 19, 20])
    #expect(try archive.verify().problems == [])
  }

  @Test func todayAndWhatIsLargeStay() throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    #expect(try Self.compact(archive, now: Int64(Samples.start) + 5 * 3_600_000).after == 13)
    #expect(try Self.compact(archive, now: Int64(Samples.start + Self.day)).after == 8)
    #expect(try archive.log.numbers() == [6, 7, 8, 9, 10, 11, 12, 13])
    var limits = ArchiverConfiguration(layout: archive.layout)
    let footers = try (7...12).compactMap { try SegmentFooter.read(archive.path($0)) }
    #expect(JoinedSegment.accepts(Array(footers[..<5]), footers[5], limits))
    #expect(!JoinedSegment.accepts(Array(footers[..<4]), footers[5], limits))
    limits.maximumEvents = 47
    #expect(!JoinedSegment.accepts(Array(footers[..<5]), footers[5], limits))
    limits.maximumEvents = 48
    #expect(JoinedSegment.accepts(Array(footers[..<5]), footers[5], limits))
    limits.maximumRawBytes = footers.reduce(-1) { $0 + $1.rawBytes }
    #expect(!JoinedSegment.accepts(Array(footers[..<5]), footers[5], limits))
  }

  // MARK: Crashes

  /// Whatever the moment, nothing is missing or there twice, and whoever comes next brings it to its end.
  @Test(arguments: CompactStep.allCases, [false, true])
  func crash(step: CompactStep, ofCopies: Bool) async throws {
    for times in [1, 3] {
      let archive = try SampleArchive()
      try Self.fill(archive)
      if ofCopies { try Self.copyDatedNames(archive) }
      let before = try await Self.export(archive)
      let verified = try archive.verify()
      let left = Countdown(times)
      let isRepeated = step == .dateUnlinked || step == .segmentUnlinked
      guard isRepeated || times == 1 else { continue }
      #expect(throws: InjectedCrash.self) {
        try Self.compact(archive) { if $0 == step, left.isOver() { throw InjectedCrash() } }
      }
      let after = try archive.verify()
      #expect(after.problems == [])
      #expect(after.events == verified.events)
      #expect(try await Self.export(archive) == before)
      #expect(try archive.position().number == 13)
      // A new segment can be sealed.
      try archive.seal(Samples.ids(1, from: Samples.start + 3 * Self.day))

      try Self.compact(archive)
      #expect(try archive.log.numbers() == [6, 12, 13, 14])
      #expect(try Self.datedNames(archive) == [6, 12, 13, 14])
      #expect(try Self.hiddenNames(archive) == [])
      #expect(try archive.verify().problems == [])
      #expect(try await Self.export(archive).starts(with: before))
    }
  }

  /// The mark may be lost, as in a backup without hidden files.
  @Test(arguments: CompactStep.allCases)
  func crashWithoutAMark(step: CompactStep) async throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    let before = try await Self.export(archive)
    #expect(throws: InjectedCrash.self) { try Self.compact(archive) { if $0 == step { throw InjectedCrash() } } }
    for name in try Folder.names(in: archive.log.folder, hidden: true) where name.hasPrefix(SegmentJoining.prefix) {
      try Folder.unlink("\(archive.log.folder)/\(name)")
    }
    #expect(try archive.verify().problems == [])
    try Self.compact(archive)
    #expect(try archive.log.numbers() == [6, 12, 13])
    #expect(try Self.datedNames(archive) == [6, 12, 13])
    #expect(try archive.verify().problems == [])
    #expect(try await Self.export(archive) == before)
  }

  @Test(arguments: CompactStep.allCases)
  func aServersStartBringsItToItsEnd(step: CompactStep) async throws {
    try await ArchiveRig.with { rig in
      var ids: [StreamID] = []
      let archiver = try rig.archiver()
      for number in 0..<7 as Range<UInt64> {
        ids += try await rig.add(5, from: Samples.start + number / 6 * Self.day + number * 1000)
        try await archiver.pass(sealing: true)
      }
      await archiver.engine.releaseAll()
      let compactor = ArchiveCompactor(layout: rig.layout, now: Self.now) { if $0 == step { throw InjectedCrash() } }
      #expect(throws: InjectedCrash.self) { try compactor.run(rig.partition) }
      let next = try rig.archiver()
      ids += try await rig.add(5, from: Samples.start + 2 * Self.day)
      try await next.pass(sealing: true)
      #expect(next.progress.health.damagedSegments == 0)
      #expect(try rig.archived() == ids)
      let isBefore = [.written, .marked].contains(step)
      #expect(try rig.log.numbers() == (isBefore ? [1, 2, 3, 4, 5, 6, 7, 8] : [6, 7, 8]))
      #expect(try Folder.names(in: rig.log.folder, hidden: true).allSatisfy { !$0.hasPrefix(".") })
      #expect(try rig.verify().problems == [])
      #expect(try DatedNames.list(rig.layout).all(of: rig.partition).map(\.number) == rig.log.numbers())
      let status = try await ArchiveStatusReader(layout: rig.layout, streams: rig.streams)
        .read(rig.partition, now: Self.now)
      #expect(status.events == ids.count)
    }
  }

  /// Who was stopped before it sealed, and goes on long after another one did and its segment was joined with others: the
  /// name is free again, the range isn't.
  @Test func aLateSealIsLost() async throws {
    let archive = try SampleArchive()
    let first = Samples.ids(5)
    try archive.seal(first)
    let late = try archive.log.openPart(after: try archive.position(), compressor: archive.compressor)
    try late.append(Samples.batch(Samples.ids(5, from: Samples.start + 100)))
    for number in 1..<5 as Range<UInt64> { try archive.seal(Samples.ids(5, from: Samples.start + number * 100)) }
    let before = try await Self.export(archive)
    try Self.compact(archive)
    #expect(try archive.log.numbers() == [4, 5])
    #expect(try archive.log.seal(late) == .lost)
    #expect(try archive.log.numbers() == [4, 5])
    #expect(try await Self.export(archive) == before)
    #expect(try archive.verify().problems == [])
  }

  // MARK: Damage

  @Test func whatIsDamagedIsToldAndLeftOut() async throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    let before = try await Self.export(archive)
    try archive.flip(archive.path(3), at: 40)
    let report = try Self.compact(archive)
    #expect(report.problems.map(\.path) == [archive.path(3)])
    #expect(try archive.log.numbers() == [2, 3, 6, 12, 13])
    #expect(try archive.verify().problems.map(\.path) == [archive.path(3)])
    try archive.flip(archive.path(3), at: 40)
    #expect(try archive.verify().problems == [])
    #expect(try Self.compact(archive).after == 3)
    #expect(try archive.verify().problems == [])
    #expect(try await Self.export(archive) == before)
  }

  /// Until the joined one is known to be whole, the others stay.
  @Test func aJoinedSegmentThatIsDamagedRemovesNothing() throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    #expect(throws: InjectedCrash.self) {
      try Self.compact(archive) { if $0 == .dateReplaced { throw InjectedCrash() } }
    }
    try archive.flip(archive.path(6), at: 40)
    let report = try Self.compact(archive)
    #expect(report.problems == [])
    #expect(try archive.log.numbers() == [1, 2, 3, 4, 5, 6, 12, 13])
    #expect(try archive.verify().problems.contains { $0.path == archive.path(6) })
  }

  @Test func everyFlippedByteOfAJoinedSegmentIsFound() throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    try Self.compact(archive)
    let path = archive.path(12)
    for offset in 0..<(try archive.size(path)) {
      try archive.flip(path, at: offset)
      #expect(try archive.verify().problems.contains { $0.path == path }, "byte \(offset)")
      try archive.flip(path, at: offset)
    }
    #expect(try archive.verify().isSound)
  }

  @Test(arguments: [6, 12])
  func aJoinedSegmentThatIsGoneIsMissed(number: UInt64) throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    try Self.compact(archive)
    try Folder.unlink(archive.path(number))
    #expect(try !archive.verify().isSound)
    try Folder.unlink(archive.layout.dated(number, Self.partition, date: number == 6 ? "2026-11-22" : "2026-11-23"))
    #expect(
      try archive.verify().problems.map(\.reason) == ["segments \(number - 5) to \(number) are missing"]
    )
  }

  // MARK: Others at the same time

  @Test func retentionTakesJoinedSegments() throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    try Self.compact(archive)
    let position = try archive.position()
    let removed = try Retention(keepDays: 9).run(archive.log, now: Self.now)
    #expect(removed.segments == 1 && removed.events == 48)
    #expect(try archive.log.floor() == ArchiveFloor(number: 6, last: try #require(removed.last)))
    #expect(try archive.log.numbers() == [12, 13])
    #expect(try archive.verify().problems == [])
    #expect(try Retention(keepDays: 1).run(archive.log, now: Self.now).segments == 2)
    #expect(try Folder.names(in: archive.layout.root) == ["log"])
    #expect(try archive.position() == position)
    #expect(try archive.verify().isSound)
  }

  /// Retention runs at whatever moment: what it removed doesn't come back.
  @Test(arguments: CompactStep.allCases)
  func retentionMeanwhile(step: CompactStep) throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    let log = archive.log
    try Self.compact(archive) {
      if $0 == step { _ = try Retention(keepDays: 1).run(log, now: Self.now) }
    }
    #expect(try log.numbers() == [])
    #expect(try Folder.names(in: archive.layout.root, hidden: true) == ["log"])
    #expect(try Self.hiddenNames(archive) == [])
    #expect(try archive.verify().problems == [])
  }

  /// ... or removes only some of what is being joined.
  @Test(arguments: CompactStep.allCases)
  func someOfItIsRemovedMeanwhile(step: CompactStep) throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    let log = archive.log
    // Between the third and the fourth segment's end.
    let now = Int64(Samples.start) + 2 * 3_600_000 + 86_400_000 + 1000
    try Self.compact(archive) {
      if $0 == step { _ = try Retention(keepDays: 1).run(log, now: now) }
    }
    #expect(try archive.verify().problems == [])
    try Self.compact(archive)
    #expect(try archive.verify().problems == [])
    #expect(try Retention(keepDays: 1).run(log, now: now + 86_400_000 / 2).events >= 24)
    #expect(try archive.verify().problems == [])
    #expect(try log.numbers() == [12, 13])
  }

  @Test func aBotCanBeTakenOutAfterwards() async throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    #expect(throws: InjectedCrash.self) { try Self.compact(archive) { if $0 == .dateLinked { throw InjectedCrash() } } }
    let bot = try #require(BotID(rawValue: 1_234_567))
    let report = try ArchivePurger(layout: archive.layout).remove(bot, Self.partition)
    #expect(report.events == 13 * 8 && report.problems == [])
    #expect(try Self.hiddenNames(archive) == [])
    #expect(try archive.verify().problems == [])
    #expect(try await Self.export(archive) == [])
    // And what was purged is joined like all others.
    try Self.compact(archive)
    #expect(try archive.log.numbers() == [6, 12, 13])
    #expect(try SegmentFooter.read(archive.path(12)).map { $0.isPurged && $0.numbers == 7...12 } == true)
    #expect(try archive.verify().problems == [])
  }

  @Test func oneAtATime() throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    let layout = archive.layout
    try Self.compact(archive) { step in
      guard step == .written else { return }
      #expect(throws: PurgeIsRunning.self) { try ArchiveCompactor(layout: layout, now: Self.now).run(Self.partition) }
    }
    #expect(try archive.log.numbers() == [6, 12, 13])
  }

  /// Whoever reads while it goes on reads everything once.
  @Test(arguments: CompactStep.allCases)
  func anExportMeanwhile(step: CompactStep) async throws {
    let archive = try SampleArchive()
    try Self.fill(archive)
    let before = try await Self.export(archive)
    // It stops in the middle of the first day, and goes on when that was joined up to a step.
    for read in [1, 3, 6] {
      let archive = try SampleArchive()
      try Self.fill(archive)
      var bytes: [UInt8] = []
      let progress: (ExportProgress) -> Void = { progress in
        guard progress.segments == read else { return }
        _ = try? Self.compact(archive) { if $0 == step { throw InjectedCrash() } }
      }
      _ = try await Exporter(layout: archive.layout, streams: nil, filter: ExportFilter(), format: .ndjson)
        .run(output: { bytes += $0 }, progress: progress)
      #expect(bytes == before, "after \(read) segments")
    }
  }
}

/// Is over when it was asked so many times.
private final class Countdown: Sendable {
  private let left: Atomic<Int>

  init(_ times: Int) { left = Atomic(times) }

  func isOver() -> Bool { left.wrappingSubtract(1, ordering: .relaxed).newValue == 0 }
}
