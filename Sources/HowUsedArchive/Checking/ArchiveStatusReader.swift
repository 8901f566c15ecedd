package import HowUsedModel
import HowUsedStore

/// Looks at the files and the streams from outside of the archiver.
package struct ArchiveStatusReader: Sendable {
  private let layout: ArchiveLayout
  private let streams: EventStreams

  package init(layout: ArchiveLayout, streams: EventStreams) {
    self.layout = layout
    self.streams = streams
  }

  /// Several at a time: of a long archive the files' footers are what takes time.
  ///
  /// - Parameter now: Redis's unix time in milliseconds.
  package func read(_ partitions: [Partition], now: Int64) async throws -> [PartitionStatus] {
    try await withThrowingTaskGroup(of: PartitionStatus.self) { group in
      var statuses: [PartitionStatus] = []
      for (index, partition) in partitions.enumerated() {
        if index >= Self.concurrency, let status = try await group.next() { statuses.append(status) }
        group.addTask { try await read(partition, now: now) }
      }
      for try await status in group { statuses.append(status) }
      return statuses.sorted { $0.partition < $1.partition }
    }
  }

  private static let concurrency = 4

  /// - Parameter now: Redis's unix time in milliseconds.
  package func read(_ partition: Partition, now: Int64) async throws -> PartitionStatus {
    var status = PartitionStatus(partition: partition)
    let end = try files(partition, &status)
    if end > .zero { status.newest = Int64(clamping: end.milliseconds) }
    try await lag(partition, after: end, now: now, &status)
    return status
  }

  /// Returns the newest id in any file.
  private func files(_ partition: Partition, _ status: inout PartitionStatus) throws -> StreamID {
    let log = PartitionLog(layout: layout, partition: partition)
    var end = try log.floor()?.last ?? .zero
    let listing = try log.listing()
    var next = UInt64.max
    for number in listing.numbers.reversed() where number < next {
      guard let footer = try log.footerIfThere(number) else { continue }
      // Files of what it stands for count no more.
      next = footer.numbers.lowerBound
      status.segments += 1
      status.events += footer.count
      status.bytes += footer.start + SegmentFooter.size
      end = max(end, footer.last)
    }
    status.damaged = listing.damaged.count
    let sealed = end
    for path in try log.parts() {
      // It may become a segment this very moment, and it may end in the middle of a frame.
      guard var reader = try? SegmentReader.part(path) else { continue }
      var open = 0
      while let frame = try? reader.next() {
        guard frame.trailer.last > sealed else { continue }
        open += frame.trailer.count
        end = max(end, frame.trailer.last)
      }
      status.openEvents = max(status.openEvents, open)
    }
    return end
  }

  private func lag(_ partition: Partition, after end: StreamID, now: Int64, _ status: inout PartitionStatus)
    async throws
  {
    var cursor = end
    var events = 0
    var oldest: StreamID?
    while events < PartitionStatus.lagLimit {
      let page = try await streams.page(partition, after: cursor, count: 5000)
      guard let last = page.last else { break }
      events += page.count
      oldest = oldest ?? page.batches.first?.first
      cursor = last
    }
    status.lagEvents = min(events, PartitionStatus.lagLimit)
    status.lagSeconds = oldest.map { Double(max(0, now - Int64(clamping: $0.milliseconds))) / 1000 } ?? 0
  }
}

/// What `howused archive status` tells about a partition.
package struct PartitionStatus: Sendable, Equatable {
  package var partition: Partition
  /// Sealed ones.
  package var segments = 0
  package var events = 0
  /// On disk.
  package var bytes = 0
  /// Events in open parts.
  package var openEvents = 0
  /// The newest event in a file, sealed or open, in unix milliseconds.
  package var newest: Int64?
  /// Events that no file has yet; counted up to ``lagLimit``. Nil when Redis was not asked.
  package var lagEvents: Int?
  /// The age of the oldest of these.
  package var lagSeconds: Double?
  package var damaged = 0

  /// More are not counted.
  package static let lagLimit = 200_000

  package init(partition: Partition) { self.partition = partition }
}
