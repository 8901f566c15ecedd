import HowUsedModel
import HowUsedStore
internal import NIOCore

/// Writes out events: those of the sealed segments, then those that only the stream has, each once, partition by
/// partition in the order of their ids. May run beside an archiver.
package struct Exporter: Sendable {
  private let layout: ArchiveLayout
  private let streams: EventStreams?
  private let filter: ExportFilter
  private let format: ExportFormat
  private let pageEvents: Int

  /// - Parameter streams: nil for sealed segments only.
  package init(
    layout: ArchiveLayout,
    streams: EventStreams?,
    filter: ExportFilter,
    format: ExportFormat,
    pageEvents: Int = 5000
  ) {
    self.layout = layout
    self.streams = streams
    self.filter = filter
    self.format = format
    self.pageEvents = pageEvents
  }

  /// Everything that Redis had acknowledged when this was called is in the output.
  ///
  /// - Parameter output: given whole lines or rows.
  /// - Throws: `SegmentDamage` for what can't be read, with its place; Redis's errors; what `output` throws.
  package func run(
    output: (UnsafeRawBufferPointer) throws -> Void,
    progress report: (ExportProgress) -> Void = { _ in }
  ) async throws -> ExportProgress {
    let partitions = try partitions()
    var run = PartitionExport(filter: filter, format: format)
    for partition in partitions { run.progress.totalBytes += try size(partition) }
    format.writeHeader(to: &run.output)
    for partition in partitions {
      let log = PartitionLog(layout: layout, partition: partition)
      let end = try await streams?.lastGeneratedID(partition)
      run.begin(log)
      try run.readSegments(output, report)
      guard let streams, let end else { continue }
      while run.cursor < end {
        let page = try await streams.page(partition, after: run.cursor, through: end, count: pageEvents)
        // What was trimmed before the page was read was sealed before that: only if no segment came, the page is whole.
        if try run.readSegments(output, report) { continue }
        try run.add(page, output)
        report(run.progress)
        if page.entries < pageEvents { break }
      }
    }
    try run.flush(output)
    report(run.progress)
    return run.progress
  }

  private func partitions() throws -> [Partition] {
    guard let streams else { return try ArchiveVerifier(layout: layout).partitions() }
    if let bot = filter.bot { return [streams.keys.partition(of: bot)] }
    return streams.keys.partitions
  }

  private func size(_ partition: Partition) throws -> Int {
    let log = PartitionLog(layout: layout, partition: partition)
    return try log.numbers().reduce(0) { try $0 + (Folder.status(of: layout.segment($1, partition))?.size ?? 0) }
  }
}

/// How far an export is.
package struct ExportProgress: Sendable, Equatable {
  /// Events written.
  package var events = 0
  /// Segments done, and of these how many were skipped by their footer.
  package var segments = 0
  package var skipped = 0
  /// Compressed bytes of all segments, as listed at the start, and of those done.
  package var totalBytes = 0
  package var doneBytes = 0

  package init() {}
}

/// An export under way: where it is in the present partition, and what is not written yet.
struct PartitionExport {
  var progress = ExportProgress()
  var output = ByteBuffer()
  /// The last event that was looked at.
  private(set) var cursor = StreamID.zero
  private let filter: ExportFilter
  private let format: ExportFormat
  private var log: PartitionLog?
  private var number: UInt64 = 0

  private static let chunk = 256 << 10

  init(filter: ExportFilter, format: ExportFormat) {
    self.filter = filter
    self.format = format
  }

  mutating func begin(_ log: PartitionLog) {
    self.log = log
    cursor = .zero
    number = 0
  }

  /// Reads the segments that were not read yet. Returns whether there were any.
  @discardableResult
  mutating func readSegments(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    _ report: (ExportProgress) -> Void
  ) throws -> Bool {
    guard let log else { return false }
    let numbers = try log.numbers().filter { $0 > number }
    for next in numbers {
      do {
        try read(log.layout.segment(next, log.partition), write)
      } catch let error as FileError where error.isMissing {
        // Removed by age since it was listed, or set aside as damaged: the archiver tells.
      }
      number = next
      progress.segments += 1
      report(progress)
    }
    return !numbers.isEmpty
  }

  private mutating func read(_ path: String, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    if let footer = try SegmentFooter.read(path), !filter.canMatch(footer) {
      progress.skipped += 1
      progress.doneBytes += footer.start + SegmentFooter.size
      cursor = max(cursor, footer.last)
      return
    }
    var reader = try SegmentReader.segment(path)
    while let frame = try reader.next() {
      try frame.lines.withUnsafeBytes { lines in
        try ArchiveLine.forEach(in: lines) { line in
          guard try add(line, write) else {
            throw SegmentDamage(path: path, offset: frame.offset, reason: "the frame holds a line that is none of ours")
          }
        }
      }
    }
    progress.doneBytes += reader.size
    if let last = reader.footer?.last { cursor = max(cursor, last) }
  }

  mutating func add(_ page: EventStreams.Page, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    for batch in page.batches {
      try batch.bytes.withUnsafeReadableBytes { lines in
        try ArchiveLine.forEach(in: lines) { line in _ = try add(line, write) }
      }
    }
    if let last = page.last { cursor = max(cursor, last) }
  }

  /// Returns false for what is not a line of ours.
  private mutating func add(
    _ line: UnsafeRawBufferPointer,
    _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Bool {
    guard let parsed = ArchiveLine(line) else { return false }
    guard parsed.id > cursor else { return true }
    let fragment = UnsafeRawBufferPointer(rebasing: line[parsed.rest..<line.count - 1])
    guard let event = ArchivedEvent(fragment: fragment) else { return false }
    cursor = parsed.id
    guard filter.matches(event, time: parsed.time, in: fragment) else { return true }
    format.write(line, parsed, event, fragment, to: &output)
    progress.events += 1
    if output.readableBytes >= Self.chunk { try flush(write) }
    return true
  }

  mutating func flush(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    try output.withUnsafeReadableBytes { if !$0.isEmpty { try write($0) } }
    output.clear()
  }
}
