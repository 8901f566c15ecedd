import HowUsedArchive
import HowUsedModel
import TestSupport
import Testing

/// Disks that change a bit, or lose a file's end: it is found, and nobody gets a line that isn't as it was written.
/// HOWUSED_TEST_COUNT=10000 flips as many bits.
@Suite struct FlippedBitTests {
  @Test func eachBitIsFoundAndNoChangedLineGetsOut() async throws {
    var random = SplitMix64(state: TestRun.seed())
    let archive = try SampleArchive()
    let ids = Samples.ids(90)
    for start in stride(from: 0, to: 90, by: 30) {
      try archive.seal(Array(ids[start..<start + 15]), Array(ids[start + 15..<start + 30]))
    }
    let whole = try await Self.export(archive)
    #expect(whole.lines.count == 90 && whole.isSound)
    for _ in 0..<TestRun.count(TestRun.isComplete ? 1000 : 100) {
      let path = archive.path(.random(in: 1...3, using: &random))
      let offset = Int.random(in: 0..<(try archive.size(path)), using: &random)
      let bit = UInt8(1) << UInt8.random(in: 0...7, using: &random)
      try archive.flip(path, at: offset, mask: bit)
      let problems = try archive.verify().problems
      #expect(problems.contains { $0.path == path }, "bit \(bit) of byte \(offset) in \(path)")
      let found = try await Self.export(archive)
      #expect(found.isWhole(as: whole), "bit \(bit) of byte \(offset) in \(path)")
      try archive.flip(path, at: offset, mask: bit)
    }
    #expect(try archive.verify().isSound)
  }

  @Test func noLineOfATruncatedSegmentGetsOutChanged() async throws {
    let archive = try SampleArchive()
    try archive.seal(Samples.ids(5))
    try archive.seal(Samples.ids(3, from: Samples.start + 100), Samples.ids(3, from: Samples.start + 200))
    let whole = try await Self.export(archive)
    let path = archive.path(2)
    for size in (0..<(try archive.size(path))).reversed() {
      try archive.truncate(path, to: size)
      #expect(try archive.verify().problems.first?.path == path, "\(size) bytes")
      let found = try await Self.export(archive)
      #expect(!found.isSound && found.isWhole(as: whole), "\(size) bytes")
    }
  }

  /// What an export wrote until it ended, or until it said that something is damaged.
  private struct Export {
    var lines: [String] = []
    var isSound = true

    /// All lines, or so many of the first as came before the error.
    func isWhole(as other: Export) -> Bool {
      isSound ? lines == other.lines : other.lines.starts(with: lines)
    }
  }

  private static func export(_ archive: SampleArchive) async throws -> Export {
    var export = Export()
    var text = ""
    do {
      _ = try await Exporter(layout: archive.layout, streams: nil, filter: ExportFilter(), format: .ndjson).run {
        bytes in
        text += String(decoding: bytes, as: UTF8.self)
      }
    } catch is SegmentDamage {
      export.isSound = false
    }
    export.lines = text.split(separator: "\n").map(String.init)
    return export
  }
}
