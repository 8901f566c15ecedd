import HowUsedModel
import NIOCore

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

  mutating func add(_ page: StreamPage, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
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
