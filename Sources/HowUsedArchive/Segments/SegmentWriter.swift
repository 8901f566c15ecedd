internal import Crypto
package import HowUsedModel
internal import HowUsedStore
internal import NIOCore

/// One open part: batches are added until it is finished with a footer. `PartitionLog` makes it, and makes it a segment.
package final class SegmentWriter {
  package let path: String
  private let file: File
  private let compressor: ZstdCompressor
  private var digest = SHA256()
  package private(set) var footer: SegmentFooter
  private var unsynced = false
  private let announce: (CommitStep) throws -> Void

  /// Makes the file, which must not exist yet.
  ///
  /// - Parameter announce: called at each step, see ``CommitStep``.
  init(
    path: String,
    partition: Partition,
    number: UInt64,
    previous: StreamID,
    compressor: ZstdCompressor,
    announce: @escaping (CommitStep) throws -> Void
  ) throws(FileError) {
    self.path = path
    self.compressor = compressor
    self.announce = announce
    self.footer = SegmentFooter(partition: partition, number: number, previous: previous)
    self.file = try File.create(path)
  }

  package var isEmpty: Bool { footer.frames == 0 }
  /// The id of the last event in it, or the one before it when it is empty.
  package var last: StreamID { footer.last }

  /// What is added has ids that are ahead of the clock.
  func markAhead() { footer.flags |= SegmentFooter.aheadFlag }

  /// Adds one batch as a frame and its trailer. When the disk is full the file is cut back to what it held before, and
  /// the call can be repeated; after any other error the part must be abandoned.
  package func append(_ batch: LineBatch) throws {
    try announce(.willWriteBatch)
    guard batch.first > last, batch.first <= batch.last, batch.count > 0 else {
      throw SegmentDamage(path: path, reason: "a batch from \(batch.first) was to follow \(last)")
    }
    var bytes = try batch.bytes.withUnsafeReadableBytes { try compressor.compress($0, spare: FrameTrailer.size) }
    let trailer = FrameTrailer(
      partition: footer.partition,
      previous: last,
      batch: batch,
      compressedBytes: bytes.count
    )
    trailer.write(to: &bytes)
    try write(bytes)
    digest.update(data: bytes)
    footer.add(batch, rawBytes: batch.bytes.readableBytes, written: bytes.count)
    unsynced = true
    try announce(.batchWritten)
  }

  /// Returns when all batches are on the device. After an error the part must be abandoned.
  package func sync() throws {
    try announce(.willSyncBatch)
    if unsynced { try file.syncData() }
    unsynced = false
    try announce(.batchSynced)
  }

  /// Adds the footer, and returns when the file is on the device with everything about it, closed. What `append` says of a
  /// full disk holds for the footer, too.
  func finish() throws {
    try write(footer.encoded(digest: digest))
    try announce(.footerWritten)
    try announce(.willSyncSegment)
    try file.sync()
    try file.close()
    try announce(.segmentSynced)
  }

  private func write(_ bytes: [UInt8]) throws(FileError) {
    do {
      try file.write(bytes)
    } catch {
      if error.isDiskFull { try file.truncate(to: footer.start) }
      throw error
    }
  }
}

@available(*, unavailable)
extension SegmentWriter: Sendable {}
