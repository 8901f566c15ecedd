import Crypto
import HowUsedArchive
import HowUsedModel

/// Makes files of the statistics of others. What is in memory is one bot's sections.
struct RollupMerger {
  let layout: RollupLayout
  let partition: Partition
  let removals: [Int64: StreamID]
  let limits: SectionMerge.Limits
  let hook: RollupHook
  let compressor: ZstdCompressor
  let decompressor: ZstdDecompressor

  init(
    _ layout: RollupLayout,
    _ partition: Partition,
    removals: [Int64: StreamID],
    limits: SectionMerge.Limits,
    hook: @escaping RollupHook
  ) throws(ZstdError) {
    self.layout = layout
    self.partition = partition
    self.removals = removals
    self.limits = limits
    self.hook = hook
    compressor = try ZstdCompressor(level: 1)
    decompressor = try ZstdDecompressor()
  }

  static let quarter: Int64 = BaseBucket.quarter.seconds

  /// A day's minute files, which follow each other, as one.
  /// - Throws: ``RollupDamage`` with the path of the file that is damaged, ``RollupGone``, `FileError`, `ZstdError`.
  func day(_ files: [RollupFile]) throws -> RollupFile? {
    guard let first = files.first, let last = files.last else { return nil }
    let segments = first.segments.lowerBound...last.segments.upperBound
    let footer = footer(.day, segments, files, last, bucket: Self.quarter)
    return try merge(files, RollupName(.day, segments), footer, .counted) { start, _ in
      SectionHeader(start: start, span: DayCounter.secondsPerDay, bucket: Self.quarter)
    }
  }

  /// Who is known, of files that say so; some may say the same.
  func known(_ files: [RollupFile]) throws -> RollupFile? {
    guard let last = files.max(by: { $0.segments.upperBound < $1.segments.upperBound }) else { return nil }
    let segments = last.segments.upperBound...last.segments.upperBound
    var footer = footer(.known, segments, files, last, bucket: 0)
    // Made of one or the other, it's the same.
    footer.inputs = RollupFooter.noInputs
    return try merge(files, RollupName(.known, segments), footer, .none) { _, _ in
      SectionHeader(start: 0, span: 0, bucket: BaseBucket.minute.seconds)
    }
  }

  /// A month of day files, and of the month's file so far.
  /// - Parameters:
  ///   - last: the day file up to which everything is looked at.
  ///   - bucket: in seconds.
  func month(_ month: Range<Int64>, _ files: [RollupFile], through last: RollupFile, bucket: Int64) throws -> RollupFile
  {
    let segments = last.segments.upperBound...last.segments.upperBound
    var footer = footer(.month, segments, files, last, bucket: bucket)
    footer.time = month
    return try merge(files, RollupName(.month, segments, month: month.lowerBound), footer, .merged) { start, _ in
      guard month.contains(start) else { return nil }
      return SectionHeader(start: month.lowerBound, span: month.upperBound - month.lowerBound, bucket: bucket)
    }
  }

  /// The same month in longer buckets.
  func coarsened(_ file: RollupFile, bucket: Int64) throws -> RollupFile {
    var footer = file.footer
    footer.bucket = bucket
    footer.uses = 0
    let time = footer.time
    return try merge([file], file.name, footer, .merged) { _, _ in
      SectionHeader(start: time.lowerBound, span: time.upperBound - time.lowerBound, bucket: bucket)
    }
  }

  /// The same file without the bots that were removed after it.
  /// - Returns: nil when it has none of them.
  func withoutRemoved(_ file: RollupFile) throws -> RollupFile? {
    let gone = Set(removals.filter { file.footer.lastID <= $0.value }.keys)
    guard !gone.isEmpty, try file.entries().contains(where: { gone.contains($0.bot) }) else { return nil }
    // What is damaged must not get a digest that says it isn't.
    try file.verify()
    var footer = file.footer
    footer.uses = 0
    let writer = try RollupFileWriter(file.name, footer, in: layout, hook: hook)
    var cursor = try EntryCursor(file, among: 1)
    while let bot = cursor.bot {
      for entry in try cursor.take(bot) where !gone.contains(bot) {
        let section = try cursor.section(entry, decompressor)
        try writer.add(try cursor.bytes(entry), bot: bot, time: section.header.time, uses: section.header.uses)
      }
    }
    return try writer.finish()
  }

  /// A file that says of segments that nothing is known of them.
  func gap(_ segments: ClosedRange<UInt64>, lastID: StreamID) throws -> RollupFile {
    let footer = RollupFooter(
      kind: .minutes,
      partition: partition,
      bucket: BaseBucket.minute.seconds,
      segments: segments,
      lastID: lastID,
      time: 0..<0,
      inputs: RollupFooter.noInputs
    )
    return try RollupFileWriter(RollupName(.minutes, segments), footer, in: layout, hook: hook).finish()
  }

  private func footer(
    _ kind: RollupName.Kind,
    _ segments: ClosedRange<UInt64>,
    _ files: [RollupFile],
    _ last: RollupFile,
    bucket: Int64
  ) -> RollupFooter {
    var hash = SHA256()
    for file in files { file.footer.inputs.withUnsafeBytes { hash.update(bufferPointer: $0) } }
    return RollupFooter(
      kind: kind,
      partition: partition,
      bucket: bucket,
      segments: segments,
      lastID: last.footer.lastID,
      time: 0..<0,
      inputs: Array(hash.finalize())
    )
  }

  /// - Parameter target: what a section that starts then becomes a part of; nil: nothing.
  private func merge(
    _ files: [RollupFile],
    _ name: RollupName,
    _ footer: RollupFooter,
    _ peaks: SectionMerge.Peaks,
    target: (_ start: Int64, _ file: RollupFile) -> SectionHeader?
  ) throws -> RollupFile {
    let writer = try RollupFileWriter(name, footer, in: layout, hook: hook)
    var cursors = try files.map { try EntryCursor($0, among: files.count) }
    while let bot = cursors.compactMap(\.bot).min() {
      var parts: [Int64: (header: SectionHeader, sections: [(cursor: Int, entry: RollupEntry)])] = [:]
      for index in cursors.indices where cursors[index].bot == bot {
        let entries = try cursors[index].take(bot)
        if let removal = removals[bot], cursors[index].file.footer.lastID <= removal { continue }
        for entry in entries {
          guard let header = target(entry.start, cursors[index].file) else { continue }
          parts[header.start, default: (header, [])].sections.append((index, entry))
        }
      }
      for (header, places) in parts.values.sorted(by: { $0.header.start < $1.header.start }) {
        let sections = try places.map { try cursors[$0.cursor].section($0.entry, decompressor) }
        try writer.add(
          try SectionMerge(sections, header, compressor: compressor, limits: limits).encoded(peaks),
          bot: bot,
          time: header.time,
          uses: header.span > 0 ? sections.reduce(0) { $0 + $1.header.uses } : 0
        )
      }
    }
    return try writer.finish()
  }
}
