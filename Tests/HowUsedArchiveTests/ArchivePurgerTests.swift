import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// Bots take turns: of each five events, two are the removed bot's.
@Suite struct ArchivePurgerTests {
  private static func bot111() throws -> BotID { try #require(BotID(rawValue: 111)) }
  private static let partition = Partition(rawValue: 7)

  private static func bot(_ index: Int) -> Int { index % 5 < 2 ? 111 : 1_234_567 }

  private static func line(_ id: StreamID, bot: Int) -> String {
    Samples.line(id).replacingOccurrences(of: #""botId":1234567,"#, with: #""botId":\#(bot),"#)
  }

  /// Seals a segment of some frames, each of so many events; returns its lines.
  @discardableResult
  private static func seal(
    _ archive: SampleArchive,
    from start: UInt64,
    frames: Int = 3,
    bot: (_ frame: Int, _ index: Int) -> Int
  ) throws -> [String] {
    let writer = try archive.log.openPart(after: try archive.position(), compressor: archive.compressor)
    var all: [String] = []
    for frame in 0..<frames {
      var builder = LineBatchBuilder()
      for (index, id) in Samples.ids(20, from: start + UInt64(frame) * 20).enumerated() {
        let line = line(id, bot: bot(frame, index))
        all.append(line)
        Array(line.utf8).withUnsafeBytes { builder.append($0, id: id, time: Int64(id.milliseconds)) }
      }
      for batch in builder.finish() { try writer.append(batch) }
    }
    _ = try archive.log.seal(writer)
    return all
  }

  /// Mixed; only the removed bot; only others; a frame of the removed bot first, in the middle and last.
  private static func fill(_ archive: SampleArchive) throws -> [String] {
    var lines = try seal(archive, from: Samples.start) { _, index in bot(index) }
    lines += try seal(archive, from: Samples.start + 100) { _, _ in 111 }
    lines += try seal(archive, from: Samples.start + 200) { _, _ in 1_234_567 }
    lines += try seal(archive, from: Samples.start + 300, frames: 5) { frame, _ in frame % 2 == 0 ? 111 : 1111 }
    #expect(try archive.verify().problems == [])
    return lines
  }

  private static func others(_ lines: [String]) -> String {
    lines.filter { !$0.contains(#""botId":111,"#) }.map { $0 + "\n" }.joined()
  }

  /// What any reader sees under the dates.
  private static func zstdcat(_ archive: SampleArchive) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "zstd -dcq \"$0\"/date=*/*.zst", archive.layout.root]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return output
  }

  private static func footers(_ archive: SampleArchive) throws -> [SegmentFooter] {
    try archive.log.numbers().compactMap { try SegmentFooter.read(archive.path($0)) }
  }

  @Test func onlyTheBotsLinesGo() throws {
    let archive = try SampleArchive()
    let lines = try Self.fill(archive)
    let before = try Self.footers(archive)
    let untouched = try #require(try Folder.status(of: archive.path(3)))
    let report = try ArchivePurger(layout: archive.layout).remove(Self.bot111(), Self.partition)
    #expect(report.events == 24 + 60 + 60)
    #expect(report.segments == 4)
    #expect(report.rewritten == 3)
    #expect(report.problems == [])

    let verified = try archive.verify()
    #expect(verified.problems == [])
    #expect(verified.events == 36 + 60 + 40)
    #expect(try Self.zstdcat(archive) == Self.others(lines))
    #expect(try Folder.status(of: archive.path(3)) == untouched)

    let after = try Self.footers(archive)
    #expect(after.map(\.count) == [36, 0, 60, 40])
    #expect(after.map(\.isPurged) == [true, true, false, true])
    #expect(after.map(\.previous) == before.map(\.previous))
    #expect(after.map(\.first) == before.map(\.first))
    #expect(after.map(\.last) == before.map(\.last))
    #expect(after.map(\.minTime) == before.map(\.minTime))
    #expect(after.map(\.maxTime) == before.map(\.maxTime))
    #expect(after.map(\.frames) == before.map(\.frames))
    for number in try archive.log.numbers() {
      let head = try File.openForReading(archive.path(number)).read(at: 0, count: 4)
      #expect(head == [0x28, 0xB5, 0x2F, 0xFD], "a data frame comes first")
    }
  }

  @Test func againDoesNothingAndAnotherBotCanFollow() throws {
    let archive = try SampleArchive()
    let lines = try Self.fill(archive)
    let purger = ArchivePurger(layout: archive.layout)
    _ = try purger.remove(Self.bot111(), Self.partition)
    let files = try archive.log.numbers().map { try Folder.status(of: archive.path($0)) }
    let again = try purger.remove(Self.bot111(), Self.partition)
    #expect(again.events == 0 && again.rewritten == 0 && again.segments == 4)
    #expect(try archive.log.numbers().map { try Folder.status(of: archive.path($0)) } == files)
    let other = try purger.remove(try #require(BotID(rawValue: 1111)), Self.partition)
    #expect(other.events == 40 && other.rewritten == 1)
    #expect(try archive.verify().problems == [])
    #expect(
      try Self.zstdcat(archive) == Self.others(lines.filter { !$0.contains(#""botId":1111,"#) })
    )
  }

  /// Only the trailers and the footer can tell that something is wrong in what is left.
  @Test func everyFlippedByteOfAPurgedSegmentIsFound() throws {
    let archive = try SampleArchive()
    _ = try Self.fill(archive)
    _ = try ArchivePurger(layout: archive.layout).remove(Self.bot111(), Self.partition)
    let path = archive.path(4)
    for offset in 0..<(try archive.size(path)) {
      try archive.flip(path, at: offset)
      #expect(try archive.verify().problems.contains { $0.path == path }, "byte \(offset)")
      try archive.flip(path, at: offset)
    }
    #expect(try archive.verify().isSound)
  }

  @Test(arguments: PurgeStep.allCases)
  func crashAndASecondRun(step: PurgeStep) throws {
    let archive = try SampleArchive()
    let lines = try Self.fill(archive)
    let crashing = ArchivePurger(layout: archive.layout) { if $0 == step { throw InjectedCrash() } }
    #expect(throws: InjectedCrash.self) { try crashing.remove(Self.bot111(), Self.partition) }

    // Sound, or it names the one file whose second name still is the old one.
    let problems = try archive.verify().problems
    let isHalf = [.segmentReplaced, .folderSynced, .dateLinked].contains(step)
    #expect(problems.map(\.path) == (isHalf ? [archive.layout.dated(1, Self.partition, date: "2026-11-22")] : []))
    #expect(try archive.position().number == 4)
    #expect(try archive.log.parts() == [])

    let report = try ArchivePurger(layout: archive.layout).remove(Self.bot111(), Self.partition)
    #expect(report.problems == [])
    #expect(try archive.verify().problems == [])
    #expect(try Self.zstdcat(archive) == Self.others(lines))
    for folder in [archive.layout.folder(Self.partition), archive.layout.dateFolder("2026-11-22")] {
      #expect(try Folder.names(in: folder, hidden: true).filter { $0.hasPrefix(".") } == [])
    }
  }

  @Test func damageIsToldAndKept() throws {
    let archive = try SampleArchive()
    let lines = try Self.fill(archive)
    try archive.flip(archive.path(1), at: 40)
    let report = try ArchivePurger(layout: archive.layout).remove(Self.bot111(), Self.partition)
    #expect(report.problems.map(\.path) == [archive.path(1)])
    #expect(report.events == 120)
    try archive.flip(archive.path(1), at: 40)
    #expect(try archive.verify().isSound)
    _ = try ArchivePurger(layout: archive.layout).remove(Self.bot111(), Self.partition)
    #expect(try Self.zstdcat(archive) == Self.others(lines))
  }

  @Test func oneAtATime() throws {
    let archive = try SampleArchive()
    _ = try Self.fill(archive)
    let layout = archive.layout
    let first = ArchivePurger(layout: layout) { step in
      guard step == .written else { return }
      #expect(throws: PurgeIsRunning.self) { try ArchivePurger(layout: layout).remove(Self.bot111(), Self.partition) }
    }
    #expect(try first.remove(Self.bot111(), Self.partition).events == 144)
    #expect(try archive.verify().isSound)
  }

  @Test func retentionTakesPurgedSegments() throws {
    let archive = try SampleArchive()
    _ = try Self.fill(archive)
    _ = try ArchivePurger(layout: archive.layout).remove(Self.bot111(), Self.partition)
    let position = try archive.position()
    let later = Int64(Samples.start) + 3 * 86_400_000
    #expect(try Retention(keepDays: 1).run(archive.log, now: later).segments == 4)
    #expect(try archive.position() == position)
    #expect(try Folder.names(in: archive.layout.root) == ["log"])
    #expect(try archive.verify().isSound)
  }

  /// Retention runs at whatever moment: what it removed doesn't come back.
  @Test(arguments: PurgeStep.allCases)
  func retentionMeanwhile(step: PurgeStep) throws {
    let archive = try SampleArchive()
    _ = try Self.fill(archive)
    let log = archive.log
    let later = Int64(Samples.start) + 3 * 86_400_000
    let purger = ArchivePurger(layout: archive.layout) {
      if $0 == step { _ = try Retention(keepDays: 1).run(log, now: later) }
    }
    _ = try purger.remove(Self.bot111(), Self.partition)
    #expect(try log.numbers() == [])
    #expect(try Folder.names(in: archive.layout.root, hidden: true) == ["log"])
    #expect(try archive.verify().isSound)
  }

  /// Under a running archiver, and before one starts: nothing of the stream is archived twice or left out.
  @Test func archiverGoesOnAfterAPurgeOfTheNewestSegment() async throws {
    try await ArchiveRig.with { rig in
      let bot = try #require(BotID(rawValue: 1_234_567))
      let running = try rig.archiver()
      try await rig.add(30)
      try await running.pass(sealing: true)
      #expect(try ArchivePurger(layout: rig.layout).remove(bot, rig.partition).events == 30)
      #expect(try rig.archived() == [])
      #expect(try rig.verify().problems == [])
      let second = try await rig.add(20, from: Samples.start + 1000)
      try await running.pass(sealing: true)
      #expect(try rig.archived() == second)
      #expect(try ArchivePurger(layout: rig.layout).remove(bot, rig.partition).events == 20)
      await running.engine.releaseAll()

      // The stream was not trimmed: it still has everything.
      #expect(try await rig.streams.length(rig.partition) == 50)
      let third = try await rig.add(10, from: Samples.start + 2000)
      let archiver = try rig.archiver()
      try await archiver.pass(sealing: true)
      #expect(archiver.progress.health.damagedSegments == 0)
      #expect(try rig.archived() == third)
      #expect(try rig.log.numbers() == [1, 2, 3])
      #expect(try rig.verify().problems == [])
      let status = try await ArchiveStatusReader(layout: rig.layout, streams: rig.streams)
        .read(rig.partition, now: Int64(Samples.start) + 60_000)
      #expect(status.events == 10 && status.segments == 3 && status.lagEvents == 0)
      let export = try await Exporter(layout: rig.layout, streams: rig.streams, filter: ExportFilter(), format: .ndjson)
        .run(output: { _ in })
      #expect(export.events == 10)
    }
  }
}
