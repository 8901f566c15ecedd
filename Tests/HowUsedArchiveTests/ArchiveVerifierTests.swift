import HowUsedArchive
import HowUsedModel
import HowUsedStore
import TestSupport
import Testing

@Suite struct ArchiveVerifierTests {
  private func threeSegments() throws -> SampleArchive {
    let archive = try SampleArchive()
    let ids = Samples.ids(300)
    try archive.seal(Array(ids[..<50]), Array(ids[50..<100]))
    try archive.seal(Array(ids[100..<200]))
    try archive.seal(Array(ids[200...]))
    #expect(try archive.verify().problems == [])
    return archive
  }

  /// Every single bit counts: one flipped anywhere in a segment is found, in that file.
  @Test func everyFlippedByteIsFound() throws {
    let archive = try threeSegments()
    let path = archive.path(2)
    for offset in 0..<(try archive.size(path)) {
      try archive.flip(path, at: offset)
      let report = try archive.verify()
      #expect(report.problems.contains { $0.path == path }, "byte \(offset)")
      try archive.flip(path, at: offset)
    }
    #expect(try archive.verify().isSound)
  }

  @Test func everyTruncationIsFound() throws {
    let archive = try SampleArchive()
    try archive.seal(Samples.ids(5))
    try archive.seal(Samples.ids(5, from: Samples.start + 100))
    let path = archive.path(2)
    for size in (0..<(try archive.size(path))).reversed() {
      try archive.truncate(path, to: size)
      let report = try archive.verify()
      #expect(report.problems.first?.path == path, "\(size) bytes")
    }
  }

  @Test func damageIsNamedWithItsPlace() throws {
    let archive = try threeSegments()
    let path = archive.path(1)
    var reader = try SegmentReader.segment(path)
    _ = try reader.next()
    let second = try #require(try reader.next())
    try archive.flip(path, at: second.offset + 30)
    let problem = try #require(try archive.verify().problems.first)
    #expect(problem.path == path)
    #expect(problem.offset == second.offset)
  }

  @Test func missingSegmentIsFound() throws {
    let archive = try threeSegments()
    try Folder.unlink(archive.path(2))
    let problems = try archive.verify().problems
    #expect(problems.contains { $0.path == archive.path(3) && $0.reason.contains("segments 2 to 2 are missing") })
    #expect(problems.contains { $0.reason.contains("has no segment") })
  }

  @Test func segmentUnderAnotherNumberIsFound() throws {
    let archive = try threeSegments()
    try Folder.rename(archive.path(3), to: archive.path(4))
    #expect(try !archive.verify().isSound)
  }

  @Test func copiesInsteadOfLinksAreFine() throws {
    let archive = try threeSegments()
    let dated = archive.layout.dated(2, archive.partition, date: "2026-11-22")
    let original = try File.openForReading(archive.path(2))
    let bytes = try original.read(at: 0, count: try original.size())
    try Folder.unlink(dated)
    let copy = try File.create(dated)
    try copy.write(bytes)
    try copy.close()
    #expect(try archive.verify().problems == [])
    try archive.truncate(dated, to: 10)
    #expect(try archive.verify().problems.map(\.path) == [dated])
  }

  @Test func aPartIsNoFault() throws {
    let archive = try threeSegments()
    let writer = try archive.log.openPart(after: archive.position(), compressor: archive.compressor)
    try writer.append(Samples.batch(Samples.ids(3, from: Samples.start + 1000)))
    let report = try archive.verify()
    #expect(report.problems == [])
    #expect(report.parts == 1)
    #expect(report.events == 300)
  }

  @Test func damagedNewestSegmentIsSetAside() throws {
    let archive = try threeSegments()
    try archive.flip(archive.path(3), at: 40)
    var told: [SegmentDamage] = []
    let position = try archive.log.position { told.append($0) }
    #expect(position == LogPosition(last: Samples.ids(300)[199], number: 2))
    #expect(told.map(\.path) == [archive.path(3)])
    #expect(try archive.log.damaged().count == 1)
    #expect(try Folder.status(of: archive.layout.dated(3, archive.partition, date: "2026-11-22")) == nil)
    #expect(try archive.verify().problems.map(\.reason) == ["was set aside as damaged"])
  }
}
