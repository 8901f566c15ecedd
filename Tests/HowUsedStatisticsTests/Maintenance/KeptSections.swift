import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import TestSupport

/// Sections made of events, without files.
struct KeptSections {
  let compressor: ZstdCompressor
  let decompressor: ZstdDecompressor

  init() throws {
    compressor = try ZstdCompressor(level: 1)
    decompressor = try ZstdDecompressor()
  }

  /// One bot's sections of a segment, by day.
  func count(_ events: [KeptEvent], segment: UInt64) throws -> [Section] {
    var counters: [Int64: DayCounter] = [:]
    for (index, event) in events.enumerated() {
      let day = event.happened / 86_400_000
      let counter = counters[day] ?? DayCounter(start: day * 86_400)
      counters[day] = counter
      let line = Array(event.line(Partition(rawValue: 7)).utf8)
      line.withUnsafeBytes { line in
        guard let parsed = ArchiveLine(line) else { return }
        let fragment = UnsafeRawBufferPointer(rebasing: line[parsed.rest..<line.count - 1])
        guard let archived = ArchivedEvent(fragment: fragment) else { return }
        counter.add(archived, in: fragment, at: event.happened / 1000, arrival: UInt64(index + 1))
      }
    }
    let days = counters.keys.sorted().compactMap { counters[$0] }
    DayCounter.keepLastSent(days)
    return try days.map { try open(try $0.encoded(compressor, segment: segment), order: segment) }
  }

  func open(_ bytes: [UInt8], order: UInt64) throws -> Section {
    try Section(bytes[...], path: "a test's", order: order, decompressor: decompressor)
  }

  func merge(
    _ sections: [Section],
    _ header: SectionHeader,
    _ peaks: SectionMerge.Peaks = .none,
    _ limits: SectionMerge.Limits = SectionMerge.Limits()
  ) throws -> [UInt8] {
    try SectionMerge(sections, header, compressor: compressor, limits: limits).encoded(peaks)
  }

  /// As ``merge(_:_:_:_:)``, opened.
  func merged(
    _ sections: [Section],
    _ header: SectionHeader,
    _ peaks: SectionMerge.Peaks = .none,
    _ limits: SectionMerge.Limits = SectionMerge.Limits()
  ) throws -> Section {
    let order = sections.map(\.order).max() ?? 0
    return try open(try merge(sections, header, peaks, limits), order: order)
  }

  func recount(_ sections: [Section], bot: Int64, bucket: Int64) throws -> KeptRecount {
    var recount = KeptRecount()
    var firstEvents = KeptFirstEvents()
    for section in sections {
      try recount.add(section, bot: bot, bucket: bucket)
      try firstEvents.add(section, bot: bot)
    }
    firstEvents.write(to: &recount)
    return recount
  }
}
