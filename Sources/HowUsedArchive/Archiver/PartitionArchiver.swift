import NIOCore
import HowUsedModel

/// Writes one partition's files: the open part, and when it becomes a segment. All calls block.
final class PartitionArchiver {
  let log: PartitionLog
  private let configuration: ArchiverConfiguration
  private let compressor: ZstdCompressor
  private var position = LogPosition.start
  private var part: SegmentWriter?
  private var partOpened = ContinuousClock.now

  init(log: PartitionLog, configuration: ArchiverConfiguration, compressor: ZstdCompressor) {
    self.log = log
    self.configuration = configuration
    self.compressor = compressor
  }

  /// The last event in a file, sealed or not.
  var cursor: StreamID { part?.last ?? position.last }
  /// The last event in a sealed file.
  var sealed: StreamID { position.last }

  /// Takes the position from the files. A part that was open is left behind for recovery.
  func open(report: (SegmentDamage) -> Void) throws {
    part = nil
    position = try log.position(report: report)
    try log.repairDatedLinks()
  }

  /// Adds batches and syncs them. Parts that are full, or end with their UTC day, are sealed on the way.
  func append(_ batches: [LineBatch]) throws {
    for batch in batches {
      if let part, !accepts(part, batch) { try seal() }
      let writer = try openPart()
      try log.append(batch, to: writer)
    }
    // One sync covers all batches of a page: what counts is that none waits longer than a poll.
    if let part { try log.sync(part) }
  }

  private func accepts(_ part: SegmentWriter, _ batch: LineBatch) -> Bool {
    guard !part.isEmpty else { return true }
    return part.footer.first.day == batch.first.day
      && part.count + batch.count <= configuration.maximumEvents
      && part.rawBytes + batch.bytes.readableBytes <= configuration.maximumRawBytes
  }

  private func openPart() throws -> SegmentWriter {
    if let part { return part }
    let writer = try log.openPart(after: position, compressor: compressor)
    part = writer
    partOpened = .now
    return writer
  }

  /// Seals the part if it is old enough or its UTC day is over.
  ///
  /// - Parameter now: Redis's unix time in milliseconds.
  func sealIfDue(now: Int64) throws {
    guard let part, !part.isEmpty else { return }
    // Events of the last moments of a day may still be on their way from Redis.
    let dayIsOver = StreamID(milliseconds: UInt64(max(0, now - 2000)), sequence: 0).day > part.footer.first.day
    if dayIsOver || ContinuousClock.now - partOpened >= configuration.interval { try seal() }
  }

  /// Makes the open part a segment, if it holds anything.
  func seal() throws {
    guard let part, !part.isEmpty else { return }
    guard case .sealed(let footer) = try log.seal(part) else {
      self.part = nil
      throw RangeTaken(partition: log.partition, number: position.number + 1)
    }
    position = LogPosition(last: footer.last, number: footer.number)
    self.part = nil
  }

  /// Lets go of the part without another look at it. It stays where it is, for recovery.
  func abandon() { part = nil }
}

/// Another process archived what this one was about to.
struct RangeTaken: Error, Equatable, CustomStringConvertible {
  let partition: Partition
  let number: UInt64

  var description: String { "segment \(number) of \(partition) was written by another process" }
}
