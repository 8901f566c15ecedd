internal import Crypto
package import HowUsedModel
internal import NIOCore

/// One open part: batches are added until it is finished with a footer. It does not link; see `PartitionLog`.
package final class SegmentWriter {
  package let path: String
  private let file: File
  private let compressor: ZstdCompressor
  private var digest = SHA256()
  package private(set) var footer: SegmentFooter
  private var unsynced = false

  /// Makes the file, which must not exist yet.
  package init(
    path: String,
    partition: Partition,
    number: UInt64,
    previous: StreamID,
    compressor: ZstdCompressor
  ) throws(FileError) {
    self.path = path
    self.compressor = compressor
    self.footer = SegmentFooter(partition: partition, number: number, previous: previous)
    self.file = try File.create(path)
  }

  package var isEmpty: Bool { footer.frames == 0 }
  /// The id of the last event in it, or the one before it when it is empty.
  package var last: StreamID { footer.last }
  package var count: Int { footer.count }
  package var rawBytes: Int { footer.rawBytes }
  /// Bytes on disk so far.
  package var size: Int { footer.start }

  /// Adds one batch as a frame and its mark. When the disk is full the file is cut back to what it held before, and
  /// the call can be repeated; after any other error the part must be abandoned.
  package func append(_ batch: LineBatch) throws {
    guard batch.first > last, batch.first <= batch.last, batch.count > 0 else {
      throw SegmentDamage(path: path, reason: "a batch from \(batch.first) was to follow \(last)")
    }
    var bytes = try batch.bytes.withUnsafeReadableBytes { try compressor.compress($0, spare: BatchMark.size) }
    let mark = BatchMark(
      partition: footer.partition,
      previous: last,
      batch: batch,
      compressedBytes: bytes.count
    )
    mark.write(to: &bytes)
    try write(bytes)
    digest.update(data: bytes)
    footer.add(batch, rawBytes: batch.bytes.readableBytes, written: bytes.count)
    self.unsynced = true
  }

  /// Returns when all batches are on the device. After an error the part must be abandoned.
  package func sync() throws(FileError) {
    guard unsynced else { return }
    try file.syncData()
    self.unsynced = false
  }

  /// Adds the footer. What `append` says of a full disk holds here too. The file must be synced afterwards.
  package func writeFooter() throws(FileError) {
    try write(footer.encoded(digest: digest))
  }

  /// Returns when the file is on the device with everything about it, and closes it.
  package func syncAndClose() throws(FileError) {
    try file.sync()
    try file.close()
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
