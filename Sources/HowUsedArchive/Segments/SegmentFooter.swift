internal import Crypto
package import HowUsedModel
package import HowUsedStore

/// The last skippable frame of a sealed segment: what it holds, and the SHA-256 of every byte before that digest.
///
/// It has a fixed size, so that it is read from the end; the digest being the very last 32 bytes, anyone can check a
/// segment with `head -c -32 FILE | sha256sum`.
///
/// Content, little-endian, 144 bytes: "HowUsed1", partition u16, flags u16, frames u32, number u64, previous, first and
/// last id (each milliseconds u64, sequence u64), count u64, raw bytes u64, earliest and latest time i64 (unix ms),
/// where the footer starts u64, SHA-256.
package struct SegmentFooter: Sendable, Equatable {
  package var partition: Partition
  package var flags: UInt16
  /// Number of data frames.
  package var frames: Int
  /// The segment's number, counted from 1 in each partition.
  package var number: UInt64
  /// The last id of the segment before this one: this segment holds all events after it, up to `last`.
  package var previous: StreamID
  package var first: StreamID
  package var last: StreamID
  package var count: Int
  package var rawBytes: Int
  /// Unix milliseconds, over the lines' `time`.
  package var minTime: Int64
  package var maxTime: Int64
  /// Size of everything before the footer.
  package var start: Int

  /// Lines were taken out after sealing: `first`, `last`, the times and the trailers' ids still say what the segment
  /// covered, the counts and sizes what is left.
  package static let purgedFlag: UInt16 = 1

  /// Its ids are ahead of the clock that gave them out: the events' times tell when they came.
  package static let aheadFlag: UInt16 = 2

  /// The upper bits of the flags: for how many segments before its own number this file stands, too.
  private static let joinedShift: UInt16 = 4

  /// A file stands for so many segments at most.
  static let mostJoined = 1 << 12

  static let magic: UInt64 = 0x3164_6573_5577_6F48
  static let digestSize = 32
  static let contentSize = 112 + digestSize
  /// With the skippable frame's header.
  static let size = contentSize + ZstdFrame.skippableHeaderSize

  /// No file holds as many events, or bytes: sums over all files of an archive stay far from what an integer can hold.
  private static let highestCount: UInt64 = 1 << 44

  /// The UTC date of its ids, `2026-11-22`; of ids that are ahead of the clock, that of the latest event.
  package var date: String {
    UTCTime.date(milliseconds: isAhead ? maxTime : Int64(clamping: first.milliseconds))
  }

  /// When the last event came, in unix milliseconds.
  package var end: Int64 { isAhead ? maxTime : Int64(clamping: last.milliseconds) }

  package var isAhead: Bool { flags & Self.aheadFlag != 0 && maxTime != .min }

  package var isPurged: Bool { flags & Self.purgedFlag != 0 }

  /// The segments that this file stands for: its own number, and of one that was joined those before it, too.
  package var numbers: ClosedRange<UInt64> { number - min(number, UInt64(flags >> Self.joinedShift))...number }

  package var isJoined: Bool { numbers.count > 1 }

  /// Lets the file stand for the segments from `first` on, too.
  mutating func join(from first: UInt64) {
    let joined = UInt16(clamping: min(number - first, UInt64(Self.mostJoined - 1)))
    flags = flags & (1 << Self.joinedShift - 1) | joined << Self.joinedShift
  }

  /// The whole footer. `digest` has taken in everything written before it.
  func encoded(digest: SHA256) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(Self.size)
    ZstdFrame.writeSkippableHeader(contentSize: Self.contentSize, to: &output)
    output.appendLittleEndian(Self.magic)
    output.appendLittleEndian(partition.rawValue)
    output.appendLittleEndian(flags)
    output.appendLittleEndian(UInt32(frames))
    output.appendLittleEndian(number)
    output.append(previous)
    output.append(first)
    output.append(last)
    output.appendLittleEndian(UInt64(count))
    output.appendLittleEndian(UInt64(rawBytes))
    output.appendLittleEndian(minTime)
    output.appendLittleEndian(maxTime)
    output.appendLittleEndian(UInt64(start))
    var digest = digest
    digest.update(data: output)
    output.append(contentsOf: digest.finalize())
    return output
  }

  /// - Parameter bytes: the last `size` bytes of a file. Nil if they are not a footer. The digest is not checked.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard
      bytes.count == Self.size, case .skippable(let content) = ZstdFrame.inspect(bytes),
      content.count == Self.contentSize
    else { return nil }
    var fields = LittleEndianReader(UnsafeRawBufferPointer(rebasing: bytes[content]))
    guard fields.next(UInt64.self) == Self.magic else { return nil }
    self.partition = Partition(rawValue: fields.next(UInt16.self))
    self.flags = fields.next(UInt16.self)
    self.frames = Int(fields.next(UInt32.self))
    self.number = fields.next(UInt64.self)
    guard flags >> Self.joinedShift == 0 || number > UInt64(flags >> Self.joinedShift) else { return nil }
    self.previous = fields.nextID()
    self.first = fields.nextID()
    self.last = fields.nextID()
    let (count, rawBytes) = (fields.next(UInt64.self), fields.next(UInt64.self))
    guard count <= Self.highestCount, rawBytes <= Self.highestCount else { return nil }
    self.count = Int(count)
    self.rawBytes = Int(rawBytes)
    self.minTime = fields.next(Int64.self)
    self.maxTime = fields.next(Int64.self)
    self.start = Int(truncatingIfNeeded: fields.next(UInt64.self))
  }

  /// A new segment's footer, to which batches are added.
  init(partition: Partition, number: UInt64, previous: StreamID) {
    self.partition = partition
    self.flags = 0
    self.frames = 0
    self.number = number
    self.previous = previous
    self.first = previous
    self.last = previous
    self.count = 0
    self.rawBytes = 0
    self.minTime = .max
    self.maxTime = .min
    self.start = 0
  }

  mutating func add(_ batch: LineBatch, rawBytes: Int, written: Int) {
    if frames == 0 { first = batch.first }
    self.frames += 1
    self.last = batch.last
    self.count += batch.count
    self.rawBytes += rawBytes
    self.minTime = min(self.minTime, batch.minTime)
    self.maxTime = max(self.maxTime, batch.maxTime)
    self.start += written
  }

  /// Reads the footer of a file without the rest of it; nil if the file has none, or the device can't give it.
  package static func read(_ path: String) throws(FileError) -> SegmentFooter? {
    let file = try File.openForReading(path)
    do {
      let size = try file.size()
      guard size >= Self.size else { return nil }
      let bytes = try file.read(at: size - Self.size, count: Self.size)
      guard let footer = bytes.withUnsafeBytes({ SegmentFooter($0) }), footer.start == size - Self.size else {
        return nil
      }
      return footer
    } catch  where error.isUnreadable {
      return nil
    }
  }
}
