import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import TestSupport
import Testing

/// Damaged files are noticed, and don't hurt whoever reads them.
struct RollupDamageTests {
  /// A small file of each kind.
  private func archive() throws -> (KeptArchive, [RollupFile]) {
    let archive = try KeptArchive()
    for segment in MaintenanceTests.days(MaintenanceTests.firstDay..<MaintenanceTests.firstDay + 22, seed: 12, count: 3)
    {
      try archive.seal(segment)
    }
    var maintenance = RollupMaintenance(archive.layout, archive.partition)
    maintenance.limits.figures = .init(values: 2, tuplesPerBucket: 0.002)
    try archive.keep(&maintenance, MaintenanceInput(now: MaintenanceTests.milliseconds(MaintenanceTests.firstDay + 22)))
    let set = maintenance.set
    let files = [set.minutes.last, set.days.last, set.months.last, set.known].compactMap { $0 }
    #expect(files.map(\.name.kind) == [.minutes, .day, .month, .known])
    return (archive, files)
  }

  private func isNoticed(_ file: RollupFile, _ archive: KeptArchive) throws -> Bool {
    do {
      try RollupFile(opening: file.name, archive.partition, in: archive.layout).verify()
      return false
    } catch is RollupDamage {
      return true
    }
  }

  @Test func eachBitAndEachLengthMatters() throws {
    let (archive, files) = try archive()
    for file in files {
      let bytes = try archive.bytes(file.path)
      #expect(try !isNoticed(file, archive))
      var unnoticed: [Int] = []
      // Of long files one bit of each byte, another one each.
      let bits = bytes.count > 2000 ? 1 : 8
      for index in bytes.indices {
        for bit in 0..<bits {
          var damaged = bytes
          damaged[index] ^= 1 << UInt8((bit + index) % 8)
          try archive.write(damaged, file.path)
          if try !isNoticed(file, archive) { unnoticed.append(index) }
        }
      }
      #expect(unnoticed == [], "\(file.name)")
      unnoticed = []
      for count in bytes.indices {
        try archive.write(Array(bytes[..<count]), file.path)
        if try !isNoticed(file, archive) { unnoticed.append(count) }
      }
      try archive.write(bytes + [0], file.path)
      if try !isNoticed(file, archive) { unnoticed.append(bytes.count + 1) }
      #expect(unnoticed == [], "\(file.name)")
      try archive.write(bytes, file.path)
    }
  }

  /// Reads all that there is, as questions and merges do.
  private func readAll(_ section: Section, _ kept: KeptSections) throws {
    _ = try section.users()
    _ = try section.rows()
    _ = try section.peaks()
    _ = try section.figures(.uses, SectionFigures.everything)
    _ = try section.figures(.users, 0)
    _ = try section.firstEvents()
    _ = try kept.recount([section], bot: 1, bucket: 86_400)
    let month = MonthTime.range(of: section.header.start)
    for (header, peaks) in [
      (SectionHeader(start: section.header.start, span: 86_400, bucket: 900), SectionMerge.Peaks.counted),
      (SectionHeader(start: month.lowerBound, span: month.upperBound - month.lowerBound, bucket: 86_400), .merged),
      (SectionHeader(start: 0, span: 0, bucket: 60), .none),
    ] {
      _ = try? kept.merge([section, section], header, peaks)
    }
  }

  @Test func readersOfDamagedFilesFailOrGoOn() throws {
    let (archive, files) = try archive()
    var generator = SplitMix64(state: TestRun.seed())
    let kept = try KeptSections()
    var read = 0
    for file in files {
      let bytes = try archive.bytes(file.path)
      for _ in 0..<1500 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          damaged[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
        try archive.write(damaged, file.path)
        do {
          let opened = try RollupFile(opening: file.name, archive.partition, in: archive.layout)
          for entry in try opened.entries() {
            read += 1
            do {
              try readAll(try opened.section(entry, try opened.open(), kept.decompressor), kept)
            } catch is RollupDamage {}
            _ = try? opened.entries(of: entry.bot)
          }
        } catch is RollupDamage {}
      }
    }
    #expect(read > 1000)
  }

  /// Behind the checksums: what a section's frames hold is changed, and compressed again.
  @Test func sectionsOfNonsenseFailOrGoOn() throws {
    let (archive, files) = try archive()
    var generator = SplitMix64(state: TestRun.seed())
    let kept = try KeptSections()
    var (read, failed) = (0, 0)
    for file in files {
      let entry = try #require(try file.entries().max { $0.size < $1.size })
      let bytes = try file.bytes(entry, try file.open())
      _ = try SectionFrameEditor(bytes, kept).section(kept)
      for _ in 0..<5000 {
        var editor = try SectionFrameEditor(bytes, kept)
        for _ in 0..<Int.random(in: 1...2, using: &generator) { editor.damage(&generator) }
        do {
          try readAll(try editor.section(kept), kept)
          read += 1
        } catch is RollupDamage {
          failed += 1
        }
      }
    }
    #expect(read > 100 && failed > 100)
    _ = archive
  }

  @Test func figuresOfNonsenseAreNone() throws {
    let (archive, files) = try archive()
    var generator = SplitMix64(state: TestRun.seed())
    let kept = try KeptSections()
    var (read, failed) = (0, 0)
    for file in files where file.name.kind == .day || file.name.kind == .month {
      let entry = try #require(try file.entries().max { $0.size < $1.size })
      let section = try file.section(entry, kept.decompressor)
      let figures = try #require(try section.figures())
      let width = SectionFigures.width(.users, section.header)
      for _ in 0..<300 {
        let count = Int.random(in: 0...2 * figures.values[0].count * (width + 1), using: &generator)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...4, using: &generator) }
        let numbers = figures.numbers(.users, 0, bytes, section.header)
        if let numbers { #expect(numbers.count == figures.values[0].count * width) }
        let other = SectionFigures(Array(bytes.prefix(40)), start: 0, section)
        if let other { #expect(other.values.count == SectionFigures.everything + 1) }
        if numbers == nil, other == nil { failed += 1 } else { read += 1 }
      }
    }
    #expect(failed > 100)
    _ = (archive, read)
  }
}
