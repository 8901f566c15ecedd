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
      // A stream that is gone ends nowhere; parts may have what it had.
      if let streams { try await export(streams, log, through: end ?? .zero, &run, output, report) }
    }
    try run.flush(output)
    report(run.progress)
    return run.progress
  }

  /// Exports what isn't sealed: what the stream has, and what open parts hold of which Redis has lost it.
  private func export(
    _ streams: EventStreams,
    _ log: PartitionLog,
    through end: StreamID,
    _ run: inout PartitionExport,
    _ output: (UnsafeRawBufferPointer) throws -> Void,
    _ report: (ExportProgress) -> Void
  ) async throws {
    var merge = UnsealedMerge(try UnsealedEvents.read(log, after: run.cursor))
    // Parts may have been sealed while they were read.
    try run.readSegments(output, report)
    while run.cursor < end {
      let page = try await streams.page(log.partition, after: run.cursor, through: end, count: pageEvents)
      // What was trimmed before the page was read was sealed before that: only if no segment came, the page is whole.
      if try run.readSegments(output, report) { continue }
      try run.add(merge.merge(page), output)
      if let last = page.last { run.pass(last) }
      report(run.progress)
      if page.entries < pageEvents { break }
    }
    try run.add(merge.rest(), output)
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
    var isNew = false
    for next in try log.numbers() where next > number {
      do {
        try read(next, log, write)
      } catch let error as FileError where error.isMissing {
        // Removed by age since it was listed; or set aside as damaged, and then it may be sealed again under its number.
        continue
      }
      number = next
      isNew = true
      progress.segments += 1
      report(progress)
    }
    return isNew
  }

  private mutating func read(
    _ number: UInt64,
    _ log: PartitionLog,
    _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let path = log.layout.segment(number, log.partition)
    if let footer = try SegmentFooter.read(path), !filter.canMatch(footer) {
      progress.skipped += 1
      progress.doneBytes += footer.start + SegmentFooter.size
      // The cursor stays: nobody has looked whether the footer's last id is what was written, and what matches is behind it.
      return
    }
    var reader = try SegmentReader.segment(path)
    // A footer that has changed could let the next segments' events be taken for older ones.
    let footer = try reader.validated(number: number, partition: log.partition)
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
    cursor = max(cursor, footer.last)
  }

  mutating func add(_ batches: [LineBatch], _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    for batch in batches {
      try batch.bytes.withUnsafeReadableBytes { lines in
        try ArchiveLine.forEach(in: lines) { line in _ = try add(line, write) }
      }
    }
  }

  /// There is nothing more up to here.
  mutating func pass(_ id: StreamID) { cursor = max(cursor, id) }

  /// Returns false for what is not a line of ours.
  private mutating func add(
    _ line: UnsafeRawBufferPointer,
    _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Bool {
    guard let parsed = ArchiveLine(line) else { return false }
    // It was in a file before.
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
