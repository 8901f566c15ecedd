import Foundation
import HowUsedArchive
import HowUsedModel
import HowUsedStore
import TestSupport
import Testing

@Suite struct SegmentTests {
  @Test func sealedSegmentReadsBack() throws {
    let archive = try SampleArchive()
    let ids = Samples.ids(30)
    let outcome = try archive.seal(Array(ids[..<10]), Array(ids[10...]))
    guard case .sealed(let footer) = outcome else { throw TestFailure("not sealed") }
    #expect(footer.number == 1)
    #expect(footer.previous == .zero)
    #expect(footer.first == ids[0])
    #expect(footer.last == ids[29])
    #expect(footer.count == 30)
    #expect(footer.frames == 2)
    #expect(footer.minTime == Int64(ids[0].milliseconds))
    #expect(footer.maxTime == Int64(ids[29].milliseconds))
    #expect(try SegmentFooter.read(archive.path(1)) == footer)

    var reader = try SegmentReader.segment(archive.path(1))
    #expect(reader.footer == footer)
    #expect(reader.digestMatches())
    let one = try #require(try reader.next())
    #expect(one.trailer.previous == .zero)
    #expect(one.trailer.count == 10)
    let two = try #require(try reader.next())
    #expect(two.trailer.previous == ids[9])
    #expect(two.trailer.last == ids[29])
    #expect(try reader.next() == nil)
    #expect(try archive.ids() == ids)
  }

  @Test func digestIsTheFilesLast32Bytes() throws {
    let archive = try SampleArchive()
    try archive.seal(Samples.ids(5))
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", "head -c -32 \"$0\" | sha256sum | cut -c1-64; tail -c 32 \"$0\" | od -An -v -tx1 | tr -d ' \\n'",
    ]
    process.arguments?.append(archive.path(1))
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first == lines.last)
  }

  @Test func plainZstdcatReadsIt() throws {
    let archive = try SampleArchive()
    let ids = Samples.ids(2000)
    try archive.seal(Array(ids[..<700]), Array(ids[700...]))
    let dated = archive.layout.dated(1, archive.partition, date: "2026-11-22")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["zstdcat", dated]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(String(decoding: output, as: UTF8.self) == ids.map { Samples.line($0) + "\n" }.joined())
  }

  @Test func positionComesFromTheNewestSegment() throws {
    let archive = try SampleArchive()
    #expect(try archive.position() == .start)
    let ids = Samples.ids(20)
    try archive.seal(Array(ids[..<10]))
    try archive.seal(Array(ids[10...]))
    #expect(try archive.position() == LogPosition(last: ids[19], number: 2))
    #expect(try archive.verify().problems == [])
    #expect(try archive.verify().events == 20)
    #expect(try archive.verify().segments == 2)
  }

  /// Two writers of the same number: the first link wins, and nothing of the other remains.
  @Test func linkIsTheFence() throws {
    let archive = try SampleArchive()
    let ids = Samples.ids(10)
    let position = try archive.position()
    let first = try archive.log.openPart(after: position, compressor: archive.compressor)
    let second = try archive.log.openPart(after: position, compressor: archive.compressor)
    try first.append(Samples.batch(ids))
    try second.append(Samples.batch(Array(ids[..<5])))
    #expect(try archive.log.seal(second) != .lost)
    #expect(try archive.log.seal(first) == .lost)
    #expect(try archive.ids() == Array(ids[..<5]))
    #expect(try archive.log.parts() == [])
    #expect(try archive.verify().problems == [])
  }

  /// Recovery by another process removed a paused one's part.
  @Test func sealingARemovedPartIsLost() throws {
    let archive = try SampleArchive()
    let writer = try archive.log.openPart(after: archive.position(), compressor: archive.compressor)
    try writer.append(Samples.batch(Samples.ids(3)))
    try Folder.unlink(writer.path)
    #expect(try archive.log.seal(writer) == .lost)
    #expect(try archive.log.numbers() == [])
  }

  /// Another process sealed this very number, and retention has removed it meanwhile.
  @Test func sealingBelowTheFloorIsLost() throws {
    let archive = try SampleArchive()
    let writer = try archive.log.openPart(after: archive.position(), compressor: archive.compressor)
    try writer.append(Samples.batch(Samples.ids(3)))
    try ArchiveFloor(number: 1, last: Samples.ids(3)[2]).write(archive.layout.floor(archive.partition))
    #expect(try archive.log.seal(writer) == .lost)
    #expect(try archive.log.numbers() == [])
    #expect(try archive.position() == LogPosition(last: Samples.ids(3)[2], number: 1))
  }

  @Test func missingDatedLinkIsMadeAgain() throws {
    let archive = try SampleArchive()
    try archive.seal(Samples.ids(3))
    try archive.seal(Samples.ids(3, from: Samples.start + 10))
    let dated = archive.layout.dated(1, archive.partition, date: "2026-11-22")
    try Folder.unlink(dated)
    #expect(try archive.verify().problems.map(\.path) == [archive.path(1)])
    try archive.log.repairDatedLinks(try DatedNames.list(archive.layout))
    #expect(try Folder.status(of: dated) == Folder.status(of: archive.path(1)))
    #expect(try archive.verify().problems == [])
  }

  @Test func floorReadsBackAndRefusesNonsense() throws {
    let archive = try SampleArchive()
    try Folder.make(archive.layout.folder(archive.partition))
    let path = archive.layout.floor(archive.partition)
    #expect(try ArchiveFloor.read(path) == nil)
    let floor = ArchiveFloor(number: 12, last: StreamID(milliseconds: 5, sequence: 6))
    try floor.write(path)
    #expect(try ArchiveFloor.read(path) == floor)
    try Data("12\n".utf8).write(to: URL(filePath: path))
    #expect(throws: SegmentDamage.self) { try ArchiveFloor.read(path) }
  }
}

struct TestFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
