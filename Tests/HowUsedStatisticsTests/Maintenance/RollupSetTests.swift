import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import Testing

/// Which files count, and which of their sections.
struct RollupSetTests {
  private let partition = Partition(rawValue: 7)
  private static let day: Int64 = 86_400
  /// 2026-10-01 and 2026-11-01.
  private let october: Int64 = 20_727 * day
  private let november: Int64 = 20_758 * day

  private func file(
    _ kind: RollupName.Kind,
    _ segments: ClosedRange<UInt64>,
    month: Int64 = 0,
    time: Range<Int64> = 0..<86_400
  ) -> RollupFile {
    let name = RollupName(kind, segments, month: month)
    let footer = RollupFooter(
      kind: kind,
      partition: partition,
      bucket: 60,
      segments: segments,
      lastID: StreamID(milliseconds: segments.upperBound * 1000),
      time: time,
      inputs: RollupFooter.noInputs
    )
    return RollupFile(path: "\(name)", name: name, footer: footer, size: 160, digest: [])
  }

  private func set(
    _ files: [RollupFile],
    closed: UInt64? = nil,
    removed: UInt64? = nil,
    firstSegment: UInt64? = nil
  ) -> RollupSet {
    func floor(_ number: UInt64) -> ArchiveFloor {
      ArchiveFloor(number: number, last: StreamID(milliseconds: number * 1000))
    }
    return RollupSet(
      partition,
      files,
      closed: closed.map(floor),
      removed: removed.map(floor),
      firstSegment: firstSegment,
      removals: [:]
    )
  }

  @Test func whereItBeginsAndEnds() {
    #expect(set([]).through == .start)
    #expect(set([], firstSegment: 5).through.number == 4)
    #expect(set([], removed: 9).through == LogPosition(last: StreamID(milliseconds: 9000), number: 9))
    let files = [file(.day, 3...6), file(.minutes, 7...7), file(.minutes, 9...9), file(.minutes, 5...5)]
    #expect(set(files).through == LogPosition(last: StreamID(milliseconds: 9000), number: 9))
    #expect(set(files).holes == [8...8])
    #expect(set(files).openMinutes.map(\.segments) == [7...7, 9...9])
    #expect(set(files, firstSegment: 1).holes == [1...2, 8...8])
    #expect(set(files, closed: 2, firstSegment: 1).holes == [8...8])
    #expect(set(files, closed: 2, removed: 8, firstSegment: 9).holes == [])
    #expect(set(files, removed: 20).through.number == 20)
  }

  @Test func whatOverlapsCountsOnce() {
    let files = [file(.day, 31...40), file(.day, 35...42), file(.day, 31...34), file(.minutes, 43...43)]
    #expect(set(files).days.map(\.segments) == [31...34, 35...42])
    #expect(set(files).unused.map(\.segments) == [31...40])
    #expect(set([file(.day, 31...42), file(.day, 35...42)]).days.map(\.segments) == [31...42])
    #expect(set(files + [file(.day, 31...42)]).unused.count == 3)
  }

  @Test func monthsCountUpToTheirSegment() {
    let months = [30, 50].map { file(.month, $0...$0, month: october, time: october..<november) }
    let day = file(.day, 40...50, time: october..<november + Self.day)
    let later = file(.day, 51...60, time: november - Self.day..<november + 9 * Self.day)
    let set = set(months + [day, later, file(.known, 30...30), file(.known, 50...50)])
    #expect(set.months.map(\.segments.upperBound) == [50])
    #expect(set.known?.segments.upperBound == 50)
    #expect(set.unused.count == 2)
    for base in [BaseBucket.quarter, .day] {
      #expect(!set.counts(october, in: day, base: base) && !set.counts(november - 1, in: day, base: base))
      #expect(set.counts(november, in: day, base: base))
      #expect(set.counts(november - Self.day, in: later, base: base))
      #expect(set.counts(october, in: set.months[0], base: base))
      #expect(set.sources(of: october..<october + 1, base: base).map(\.segments) == [50...50, 40...50])
    }
    #expect(set.counts(october, in: day, base: .minute))
    #expect(set.sources(of: october..<november, base: .minute).isEmpty)
    #expect(set.knownSources.map(\.segments) == [50...50, 51...60])
    #expect(self.set([months[1], day, later]).knownSources.map(\.segments) == [50...50, 40...50, 51...60])
  }

  @Test func removedBots() {
    let day = file(.day, 40...50)
    #expect(set([]).isRemoved(1, in: day, [1: StreamID(milliseconds: 50_000)]))
    #expect(!set([]).isRemoved(1, in: day, [1: StreamID(milliseconds: 49_999), 2: .max]))
  }
}
