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
