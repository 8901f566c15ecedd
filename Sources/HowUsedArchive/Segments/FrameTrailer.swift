package import HowUsedModel
internal import NIOCore

/// The skippable frame behind each data frame: which events that frame holds, and which one came before.
///
/// It tells a whole batch from one that a crash cut short, and lets recovery go by ids without trusting names.
///
/// Content, little-endian, 72 bytes: "HUb1", partition u16, 0 u16, count u32, raw bytes u32, compressed bytes u32, 0 u32,
/// previous, first and last id (each milliseconds u64, sequence u64).
package struct FrameTrailer: Sendable, Equatable {
  package var partition: Partition
  package var count: Int
  /// Size of the frame's content.
  package var rawBytes: Int
  /// Size of the data frame.
  package var compressedBytes: Int
  /// The id of the event before the first one; zero for the very first of a partition.
  package var previous: StreamID
  package var first: StreamID
  package var last: StreamID

  static let magic: UInt32 = 0x3162_5548
  static let contentSize = 72
  /// With the skippable frame's header.
  static let size = contentSize + ZstdFrame.skippableHeaderSize

  func write(to output: inout [UInt8]) {
    ZstdFrame.writeSkippableHeader(contentSize: Self.contentSize, to: &output)
    output.appendLittleEndian(Self.magic)
    output.appendLittleEndian(partition.rawValue)
    output.appendLittleEndian(UInt16(0))
    output.appendLittleEndian(UInt32(count))
    output.appendLittleEndian(UInt32(rawBytes))
    output.appendLittleEndian(UInt32(compressedBytes))
    output.appendLittleEndian(UInt32(0))
    output.append(previous)
    output.append(first)
    output.append(last)
  }

  /// - Parameter content: the content of a skippable frame. Nil if it is not one of these.
  init?(_ content: UnsafeRawBufferPointer) {
    var fields = LittleEndianReader(content)
    guard content.count == Self.contentSize, fields.next(UInt32.self) == Self.magic else { return nil }
    self.partition = Partition(rawValue: fields.next(UInt16.self))
    fields.skip(2)
    self.count = Int(fields.next(UInt32.self))
    self.rawBytes = Int(fields.next(UInt32.self))
    self.compressedBytes = Int(fields.next(UInt32.self))
    fields.skip(4)
    self.previous = fields.nextID()
    self.first = fields.nextID()
    self.last = fields.nextID()
  }

  package init(partition: Partition, previous: StreamID, batch: LineBatch, compressedBytes: Int) {
    self.partition = partition
    self.count = batch.count
    self.rawBytes = batch.bytes.readableBytes
    self.compressedBytes = compressedBytes
    self.previous = previous
    self.first = batch.first
    self.last = batch.last
  }
}
