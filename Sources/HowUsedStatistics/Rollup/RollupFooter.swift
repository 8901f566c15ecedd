import HowUsedArchive
import HowUsedModel

/// The end of a file of the statistics: what it is, where its index is, and the SHA-256 of all before that digest.
///
/// Little-endian, 160 bytes: "HUstat01", kind u8, 0 u8, partition u16, bucket seconds u32, first and last segment u64, the
/// last id (milliseconds u64, sequence u64), the earliest start and the latest end of a section i64 (Unix seconds), uses
/// u64, index start u64, index entries u64, SHA-256 of what it was made of, 8 bytes of 0, SHA-256.
struct RollupFooter: Sendable, Equatable {
  var kind: RollupName.Kind
  var partition: Partition
  /// Seconds of a bucket; 0 of who is known.
  var bucket: Int64
  var segments: ClosedRange<UInt64>
  /// The last id of the last segment.
  var lastID: StreamID
  /// Of its sections, in Unix seconds.
  var time: Range<Int64>
  var uses = 0
  var indexStart = 0
  var indexCount = 0
  /// Of a segment its own digest; of merged files the digest of theirs, in order; of who is known zeros.
  var inputs: [UInt8]

  /// The inputs of a file that stands for segments that can't be counted.
  static let noInputs = [UInt8](repeating: 0, count: digestSize)
  static let magic: UInt64 = 0x3130_7461_7473_5548
  static let digestSize = 32
  static let size = 160

  func write(to writer: inout ByteWriter) {
    writer.write(Self.magic)
    writer.write(kind.rawValue)
    writer.write(UInt8(0))
    writer.write(partition.rawValue)
    writer.write(UInt32(bucket))
    writer.write(segments.lowerBound)
    writer.write(segments.upperBound)
    writer.write(lastID.milliseconds)
    writer.write(lastID.sequence)
    writer.write(time.lowerBound)
    writer.write(time.upperBound)
    for number in [uses, indexStart, indexCount] { writer.write(UInt64(number)) }
    writer.write(inputs)
    writer.write(UInt64(0))
  }

  /// - Parameter bytes: the last ``size`` bytes of a file, whose digest is not looked at. Nil when they aren't a footer.
  init?(_ bytes: UnsafeRawBufferPointer) {
    var reader = ByteReader(bytes)
    guard bytes.count == Self.size, reader.fixed(UInt64.self) == Self.magic,
      let kind = RollupName.Kind(rawValue: reader.fixed(UInt8.self)), reader.fixed(UInt8.self) == 0
    else { return nil }
    let partition = Partition(rawValue: reader.fixed(UInt16.self))
    let bucket = Int64(reader.fixed(UInt32.self))
    let (first, last) = (reader.fixed(UInt64.self), reader.fixed(UInt64.self))
    let milliseconds = reader.fixed(UInt64.self)
    let lastID = StreamID(milliseconds: milliseconds, sequence: reader.fixed(UInt64.self))
    let (start, end) = (reader.fixed(Int64.self), reader.fixed(Int64.self))
    let numbers = (0..<3).map { _ in Int(exactly: reader.fixed(UInt64.self)) }
    let inputs = reader.text(Self.digestSize)
    guard first <= last, start <= end, let uses = numbers[0], let indexStart = numbers[1], let count = numbers[2],
      reader.fixed(UInt64.self) == 0, reader.isSound
    else { return nil }
    self.init(
      kind: kind,
      partition: partition,
      bucket: bucket,
      segments: first...last,
      lastID: lastID,
      time: start..<end,
      uses: uses,
      indexStart: indexStart,
      indexCount: count,
      inputs: inputs
    )
  }

  /// Whether it is the end of a file of this name.
  func fits(_ name: RollupName) -> Bool {
    guard kind == name.kind, segments.upperBound == name.segments.upperBound else { return false }
    return kind == .month || kind == .known || segments == name.segments
  }

  init(
    kind: RollupName.Kind,
    partition: Partition,
    bucket: Int64,
    segments: ClosedRange<UInt64>,
    lastID: StreamID,
    time: Range<Int64>,
    uses: Int = 0,
    indexStart: Int = 0,
    indexCount: Int = 0,
    inputs: [UInt8]
  ) {
    self.kind = kind
    self.partition = partition
    self.bucket = bucket
    self.segments = segments
    self.lastID = lastID
    self.time = time
    self.uses = uses
    self.indexStart = indexStart
    self.indexCount = indexCount
    self.inputs = inputs
  }
}

/// Where a section is in a file.
struct RollupEntry: Sendable, Equatable {
  var bot: Int64
  /// The section's beginning, in Unix seconds.
  var start: Int64
  var offset: Int
  var size: Int

  /// Bytes in a file: bot i64, start i64, offset u64, size u64, little-endian.
  static let size = 32

  func write(to writer: inout ByteWriter) {
    writer.write(bot)
    writer.write(start)
    writer.write(UInt64(offset))
    writer.write(UInt64(size))
  }

  init(bot: Int64, start: Int64, offset: Int, size: Int) {
    self.bot = bot
    self.start = start
    self.offset = offset
    self.size = size
  }

  /// Nil when it can't be in a file whose sections end at `limit`.
  init?(_ reader: inout ByteReader, limit: Int) {
    let (bot, start) = (reader.fixed(Int64.self), reader.fixed(Int64.self))
    guard let offset = Int(exactly: reader.fixed(UInt64.self)), let size = Int(exactly: reader.fixed(UInt64.self)),
      offset <= limit, size <= limit - offset
    else { return nil }
    self.init(bot: bot, start: start, offset: offset, size: size)
  }
}
