import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import NIOCore
import TestSupport
import Testing

/// What `verify` must find: files that are gone, copies that differ, lines that are wrong, sectors that can't be read.
@Suite struct VerifyDamageTests {
  private static let date = "2026-11-22"

  private func threeSegments() throws -> SampleArchive {
    let archive = try SampleArchive()
    let ids = Samples.ids(300)
    try archive.seal(Array(ids[..<50]), Array(ids[50..<80]), Array(ids[80..<100]))
    try archive.seal(Array(ids[100..<200]))
    try archive.seal(Array(ids[200...]))
    #expect(try archive.verify().problems == [])
    return archive
  }

  private func dated(_ archive: SampleArchive, _ number: UInt64) -> String {
    archive.layout.dated(number, archive.partition, date: Self.date)
  }

  /// Makes readers' name a file of its own, as restoring a backup may.
  private func copy(_ archive: SampleArchive, _ number: UInt64) throws {
    let bytes = try File.openForReading(archive.path(number)).readAll().bytes
    try Folder.unlink(dated(archive, number))
    try File.create(dated(archive, number), holding: bytes)
  }

  // MARK: What is gone

  @Test func theNewestSegmentIsGone() throws {
    let archive = try threeSegments()
    try Folder.unlink(archive.path(3))
    try Folder.unlink(dated(archive, 3))
    let problems = try archive.verify().problems
    #expect(problems == [SegmentDamage(path: archive.path(3), reason: "is missing: segments 3 to 3 were sealed")])
  }

  @Test(arguments: [false, true])
  func aWholePartitionIsGone(withReadersNames: Bool) throws {
    let archive = try threeSegments()
    let other = Samples.batch(Samples.ids(3), partition: Partition(rawValue: 2))
    let log = PartitionLog(layout: archive.layout, partition: Partition(rawValue: 2))
    let writer = try log.openPart(after: try log.position { _ in }, compressor: archive.compressor)
    try writer.append(other)
    _ = try log.seal(writer)
    try FileManager.default.removeItem(atPath: archive.layout.folder(archive.partition))
    if withReadersNames { for number in 1...3 as ClosedRange<UInt64> { try Folder.unlink(dated(archive, number)) } }
    let report = try archive.verify()
    #expect(report.segments == 1)
    #expect(report.problems.contains { $0.reason == "is missing: segments 1 to 3 were sealed" })
    #expect(report.problems.count == (withReadersNames ? 1 : 4))
  }

  /// A crash between the two leaves that file one behind: no fault, and the next start mends it.
  @Test func howFarWasSealedMayBeOneBehind() throws {
    let archive = try threeSegments()
    try PositionFile.write(LogPosition(last: Samples.ids(300)[199], number: 2), archive.layout.head(archive.partition))
    #expect(try archive.verify().problems == [])
    _ = try archive.position()
    #expect(try archive.log.head() == LogPosition(last: Samples.ids(300)[299], number: 3))
  }

  @Test(arguments: ["head", "floor"])
  func aDamagedMarkIsTold(name: String) throws {
    let archive = try threeSegments()
    let floor = archive.layout.floor(archive.partition)
    try ArchiveFloor(number: 1, last: Samples.ids(300)[99]).write(floor)
    let path = name == "head" ? archive.layout.head(archive.partition) : floor
    let bytes = try File.openForReading(path).readAll().bytes
    for offset in 0..<(bytes.count - 1) {
      var flipped = bytes
      flipped[offset] ^= 1
      try Folder.replace(path, with: flipped, temporary: "\(path).flipped")
      #expect(try archive.verify().problems.contains { $0.path == path }, "byte \(offset)")
    }
  }

  @Test func aFloorOfAnEarlierVersionIsRead() throws {
    let archive = try threeSegments()
    let path = archive.layout.floor(archive.partition)
    let last = Samples.ids(300)[99]
    try Data("1 \(last)\n".utf8).write(to: URL(filePath: path))
    #expect(try archive.log.floor() == ArchiveFloor(number: 1, last: last))
  }

  // MARK: Copies

  @Test func everyFlippedByteOfACopyIsFound() throws {
    let archive = try threeSegments()
    try copy(archive, 2)
    let path = dated(archive, 2)
    #expect(try archive.verify().problems == [])
    for offset in 0..<(try archive.size(path)) {
      try archive.flip(path, at: offset)
      let problems = try archive.verify().problems
      #expect(problems.map(\.path) == [path])
      #expect(problems.first?.offset == offset)
      try archive.flip(path, at: offset)
    }
  }

  @Test(arguments: [2, 3] as [UInt64])
  func aDamagedSegmentIsTakenFromItsGoodCopy(number: UInt64) throws {
    let archive = try threeSegments()
    if number == 2 {
      try Folder.unlink(archive.path(3))
      try Folder.unlink(dated(archive, 3))
      try Folder.unlink(archive.layout.head(archive.partition))
    }
    try copy(archive, number)
    try archive.flip(archive.path(number), at: 60)
    var told: [SegmentDamage] = []
    let position = try archive.log.position { told.append($0) }
    #expect(position == LogPosition(last: Samples.ids(300)[Int(number) * 100 - 1], number: number))
    #expect(told.map(\.path) == [archive.path(number), archive.path(number)])
    #expect(try archive.ids() == Array(Samples.ids(300)[..<(Int(number) * 100)]))
    #expect(try archive.verify().problems.map(\.reason) == ["was set aside as damaged"])
  }

  @Test func aDeletedSegmentIsTakenFromItsOtherName() throws {
    let archive = try threeSegments()
    try Folder.unlink(archive.path(2))
    try Folder.unlink(archive.path(3))
    var told: [SegmentDamage] = []
    let position = try archive.log.position(dated: DatedNames.list(archive.layout)) { told.append($0) }
    #expect(position == LogPosition(last: Samples.ids(300)[299], number: 3))
    #expect(told.map(\.path) == [archive.path(2), archive.path(3)])
    #expect(try archive.verify().problems == [])
  }

  /// Both are damaged, each elsewhere: what is whole in either is kept.
  @Test func twoDamagedCopiesAreBothKept() throws {
    let archive = try threeSegments()
    try copy(archive, 3)
    try archive.flip(archive.path(3), at: 60)
    try archive.flip(dated(archive, 3), at: 70)
    #expect(try archive.position().number == 2)
    #expect(try archive.log.damaged().count == 2)
    #expect(try Folder.status(of: dated(archive, 3)) == nil)
  }

  @Test func aMissingNewestSegmentIsToldAtTheStart() throws {
    let archive = try threeSegments()
    try Folder.unlink(archive.path(3))
    try Folder.unlink(dated(archive, 3))
    var told: [SegmentDamage] = []
    _ = try archive.log.position { told.append($0) }
    #expect(told.map(\.path) == [archive.path(3)])
  }

  // MARK: Lines

  private func seal(_ archive: SampleArchive, _ lines: [String], _ first: StreamID, _ last: StreamID) throws {
    let writer = try archive.log.openPart(after: try archive.position(), compressor: archive.compressor)
    let bytes = ByteBuffer(string: lines.map { $0 + "\n" }.joined())
    let time = Int64(first.milliseconds)
    let batch = LineBatch(bytes: bytes, count: lines.count, first: first, last: last, minTime: time, maxTime: time)
    try writer.append(batch)
    _ = try archive.log.seal(writer)
  }

  /// Each is told, and the lines behind it are looked at.
  @Test func everyWrongLineIsTold() throws {
    let archive = try SampleArchive()
    let ids = Samples.ids(6)
    var lines = ids.map { Samples.line($0) }
    lines[1] = Samples.line(ids[1], partition: Partition(rawValue: 8))
    lines.swapAt(2, 3)
    lines[4] = lines[4].replacing("2026-11-22", with: "2026-11-24")
    try seal(archive, lines, ids[0], ids[5])
    let reasons = try archive.verify().problems.map(\.reason)
    #expect(reasons.contains { $0.contains("is not a line of p07") })
    #expect(reasons.contains { $0.contains("event \(ids[2]) comes after \(ids[3])") })
    #expect(reasons.contains { $0.contains("event \(ids[4]) says 2026-11-24") })
  }

  @Test func whatIsBehindDamageIsLookedAt() throws {
    let archive = try threeSegments()
    var reader = try SegmentReader.segment(archive.path(1))
    var offsets: [Int] = []
    while let frame = try reader.next() { offsets.append(frame.offset) }
    try archive.flip(archive.path(1), at: offsets[0] + 20)
    try archive.flip(archive.path(1), at: offsets[2] + 20)
    let report = try archive.verify()
    #expect(report.problems.map(\.offset) == [offsets[0], offsets[2]])
    #expect(report.events == 230)
  }

  // MARK: Sectors

  /// The device gives an error for a page in the middle of a segment.
  @Test func aBadSectorCostsWhatIsInIt() throws {
    let archive = try SampleArchive()
    var generator = SplitMix64(state: 1)
    let ids = Samples.ids(3000)
    let writer = try archive.log.openPart(after: try archive.position(), compressor: archive.compressor)
    for first in stride(from: 0, to: ids.count, by: 300) {
      var builder = LineBatchBuilder()
      for id in ids[first..<first + 300] {
        let line = Samples.line(id, user: Int(generator.next() >> 40) + 1)
        Array(line.utf8).withUnsafeBytes { builder.append($0, id: id, time: Int64(id.milliseconds)) }
      }
      try writer.append(builder.finish()[0])
    }
    _ = try archive.log.seal(writer)
    let file = try File.openForReading(archive.path(1))
    let size = try file.size()
    try #require(size > 3 * FileContents.block)
    let contents = try FileContents.read(size: size) { (offset, count) throws(FileError) in
      let bad = FileContents.block..<FileContents.block + 1
      if bad.overlaps(offset..<offset + count) { throw FileError(.read, path: "", code: EIO) }
      return try file.read(at: offset, count: count)
    }
    #expect(contents.unreadable == [FileContents.block..<2 * FileContents.block])
    let reader = try SegmentReader.segment(archive.path(1), contents)
    #expect(throws: SegmentDamage.self) { try reader.validated(number: 1, partition: archive.partition) }
    let footer = try #require(reader.footer)
    var check = SegmentCheck(path: reader.path, number: 1, partition: archive.partition, footer: footer)
    check.run(reader)
    #expect(check.problems.count == 1)
    #expect(check.problems.first?.reason.contains("can't be read from the device (EIO)") == true)
    #expect(check.count >= 1500)
  }

  /// A directory in a segment's place gives an error, too: the partition's other segments are checked.
  @Test func whatCannotBeReadDoesNotEndTheCheck() throws {
    let archive = try threeSegments()
    try Folder.unlink(archive.path(2))
    try Folder.make(archive.path(2))
    let report = try archive.verify()
    #expect(report.segments == 2)
    #expect(report.problems.contains { $0.path == archive.path(2) })
  }
}
