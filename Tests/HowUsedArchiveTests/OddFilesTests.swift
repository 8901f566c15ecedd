import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// Files whose numbers nobody of ours wrote: they are told of, or are none of ours; nothing ends the process.
@Suite struct OddFilesTests {
  private func write(_ text: String, _ path: String) throws {
    try Folder.make(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)))
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  @Test(arguments: ["18446744073709551615 1-0", "4611686018427387905 1-0", "-1 1-0", "1 x", "", "1 1-0 2"])
  func aFloorMustHaveASegmentsNumber(text: String) throws {
    let archive = try SampleArchive()
    try write(text, archive.layout.floor(archive.partition))
    #expect(throws: SegmentDamage.self) { try archive.position() }
    #expect(throws: SegmentDamage.self) { try Retention(keepDays: .max).run(archive.log, now: .max) }
  }

  @Test func theHighestNumberHasANextOne() throws {
    let archive = try SampleArchive()
    try write("\(LogPosition.highestNumber) 1-0\n", archive.layout.floor(archive.partition))
    #expect(try archive.position().number == LogPosition.highestNumber)
    guard case .sealed(let footer) = try archive.seal(Samples.ids(3)) else { throw TestFailure("not sealed") }
    #expect(footer.number == LogPosition.highestNumber + 1)
  }

  @Test func aNameWithAnImpossibleNumberIsNoSegment() throws {
    let archive = try SampleArchive()
    try archive.seal(Samples.ids(3))
    for number in ["18446744073709551615", "99999999999999999999", "4611686018427387905", "１２３４５６７８９０１２３４５６"] {
      try write("x", "\(archive.log.folder)/seg-\(number).ndjson.zst")
    }
    for name in ["seg-.ndjson.zst", "seg-", ".ndjson.zst", "seg-.zst"] {
      try write("x", "\(archive.log.folder)/\(name)")
    }
    #expect(try archive.log.numbers() == [1])
    #expect(try archive.position().number == 1)
    #expect(try archive.verify().problems == [])
  }

  /// Where a footer, whose checksum nobody looks at for a listing, says that a file holds more than any disk.
  @Test(arguments: [80, 88], [.max, 1 << 63, 1 << 62, 1 << 44 + 1] as [UInt64])
  func aFooterMustHavePossibleCounts(offset: Int, value: UInt64) throws {
    let archive = try SampleArchive()
    try archive.seal(Samples.ids(3))
    let path = archive.path(1)
    let start = try archive.size(path) - SegmentFooter.size
    let before = try #require(try SegmentFooter.read(path))
    #expect(before.count == 3)
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try handle.seek(toOffset: UInt64(start + offset))
    try handle.write(contentsOf: withUnsafeBytes(of: value.littleEndian) { Data($0) })
    try handle.close()
    #expect(try SegmentFooter.read(path) == nil)
    #expect(try archive.verify().problems.count == 1)
  }

  /// The trailer says fewer events than the frame holds, and every checksum is right.
  @Test func aMarkThatIsWrongIsToldBeforeItsFrameIsRewritten() throws {
    let archive = try SampleArchive()
    let writer = try archive.log.openPart(after: try archive.position(), compressor: archive.compressor)
    var batch = Samples.batch(Samples.ids(5))
    batch.count = 2
    try writer.append(batch)
    _ = try archive.log.seal(writer)
    let bot = try #require(BotID(rawValue: 1_234_567))
    let report = try ArchivePurger(layout: archive.layout).remove(bot, archive.partition)
    #expect(report.events == 0)
    #expect(report.problems.map(\.reason) == ["the frame's trailer says 2 events, and more are of this bot"])
  }

  /// Anybody who may write to Redis can put there what no request can.
  @Test func whatIsLongerThanAnyEventIsNotArchived() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      let added = try await rig.add(2)
      let long = #""botId":1,"userId":2,"event":"abc","param_1":""# + String(repeating: "x", count: 20_000) + "\""
      let id = "\(Samples.start + 10_000)-0"
      try await rig.add(long, id: id)
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == added)
    }
  }
}
