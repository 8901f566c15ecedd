import HowUsedArchive

/// What of a section by quarters of an hour was counted when it was merged, for everything and for the most used values of each
/// dimension: of each bucket its uses, and of each hour that begins with a bucket and ends within the section its different
/// users. An hour of any time zone is among these.
///
/// Values with few tuples are scanned as quickly as their figures are read, and have none. So has a section of few, and a
/// dimension whose one value all rows have.
///
/// The bytes, behind the section's blocks: a size (4 bytes), then zstd frames: the directory, and of each dimension that has
/// figures the uses and the users. The directory has of dimensions 0…3 and ``everything`` how many values have figures, and if
/// any do their places (a column), and the sizes of both frames. A frame has of each of the values a column, each number
/// being the difference to the one before, with its sign as the lowest bit.
struct SectionFigures: Sendable {
  enum Kind: Int, Sendable {
    case uses
    case users
  }

  /// What has figures.
  struct Limits: Sendable {
    /// Values of a dimension, the most used ones.
    var values = 512
    /// How many tuples a value has at least, for each of the section's buckets.
    var tuplesPerBucket = 2.0
  }

  /// A dimension of its own, whose only value, 0, all rows have.
  static let everything = 4
  /// Buckets of an hour of users.
  static let window = 4

  /// Of each dimension the values that have figures, by their places, ascending.
  private(set) var values: [[UInt32]] = []
  /// Of each dimension, by kind, where its frame is, behind the section's blocks.
  private var frames: [[Range<Int>]] = []

  /// - Returns: nil when they don't fit the section.
  init?(_ directory: [UInt8], start: Int, _ section: Section) {
    let isSound = directory.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      var end = start
      for texts in section.texts.map(\.count) + [1] {
        let count = reader.count(below: texts + 1)
        values.append(count > 0 ? reader.column(count) : [])
        frames.append(
          (0..<2).map { _ in
            let start = end
            end += count > 0 ? reader.count(below: 1 << 30) : 0
            return start..<end
          }
        )
        guard values.last.map({ Self.isAscending($0, below: texts) }) ?? false else { return false }
      }
      return reader.isSound && reader.isAtEnd
    }
    guard isSound else { return nil }
  }

  private static func isAscending(_ places: [UInt32], below limit: Int) -> Bool {
    zip(places, places.dropFirst()).allSatisfy { $0 < $1 } && places.last.map { $0 < limit } ?? true
  }

  func frame(_ kind: Kind, _ dimension: Int) -> Range<Int> { frames[dimension][kind.rawValue] }

  /// How many numbers a value has.
  static func width(_ kind: Kind, _ header: SectionHeader) -> Int {
    kind == .uses ? header.buckets : max(header.buckets - window + 1, 0)
  }

  /// The numbers of all values of a dimension, one after the other.
  /// - Returns: nil when they don't fit the section.
  func numbers(_ kind: Kind, _ dimension: Int, _ frame: [UInt8], _ header: SectionHeader) -> [UInt32]? {
    let width = Self.width(kind, header)
    var numbers: [UInt32] = []
    numbers.reserveCapacity(values[dimension].count * width)
    let isSound = frame.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      for _ in values[dimension] {
        var last: UInt32 = 0
        for change in reader.column(width) {
          last = last &+ (change >> 1 ^ (0 &- (change & 1)))
          numbers.append(last)
        }
      }
      return reader.isSound && reader.isAtEnd
    }
    return isSound ? numbers : nil
  }

  private static func write(_ numbers: some Sequence<UInt32>, to writer: inout ByteWriter) {
    var last: UInt32 = 0
    writer.write(
      column: numbers.map { number in
        let change = Int32(bitPattern: number &- last)
        last = number
        return UInt32(bitPattern: change << 1 ^ change >> 31)
      }
    )
  }

  // MARK: Counting

  /// Counts a finished section.
  /// - Returns: what lies behind its blocks; nothing when it has no figures.
  /// - Throws: ``RollupDamage``, `ZstdError`.
  static func encoded(_ section: Section, _ limits: Limits, _ compressor: ZstdCompressor) throws -> [UInt8] {
    let header = section.header
    let least = Int(limits.tuplesPerBucket * Double(header.buckets))
    guard header.bucket == BaseBucket.quarter.seconds, header.tuples >= max(least, 1) else { return [] }
    let rows = try section.rows()
    var (directory, frames) = (ByteWriter(), ByteWriter())
    for dimension in 0...everything {
      let places = dimension < everything ? rows.values[dimension] : Array(repeating: 0, count: header.rows)
      var tuples = [Int](repeating: 0, count: dimension < everything ? section.texts[dimension].count : 1)
      for (place, count) in zip(places, rows.tuples) { tuples[Int(place)] += Int(count) }
      let hasOneValue = dimension < everything && tuples.count == 1
      let values = tuples.indices.filter { tuples[$0] >= least && !hasOneValue }
        .sorted { (tuples[$1], $0) < (tuples[$0], $1) }.prefix(limits.values).sorted()
      directory.write(varint: values.count)
      guard !values.isEmpty else { continue }
      directory.write(column: values.map { UInt32($0) })
      for frame in try count(section, places, values) {
        let frame = try frame.bytes.withUnsafeBytes { try compressor.compress($0) }
        directory.write(varint: frame.count)
        frames.write(frame)
      }
    }
    var figures = ByteWriter()
    let frame = try directory.bytes.withUnsafeBytes { try compressor.compress($0) }
    figures.write(UInt32(frame.count))
    figures.write(frame)
    figures.write(frames.bytes)
    return figures.bytes
  }

  /// - Parameters:
  ///   - places: of each row the value's.
  ///   - values: those that get figures.
  /// - Returns: the uses and the users.
  private static func count(_ section: Section, _ places: [UInt32], _ values: [Int]) throws -> [ByteWriter] {
    let header = section.header
    var numbers = [Int32](repeating: RowSelection.none, count: (values.last ?? 0) + 1)
    for (number, value) in values.enumerated() { numbers[value] = Int32(number) }
    let series = places.map { Int($0) < numbers.count ? numbers[Int($0)] : RowSelection.none }
    let bounds = (0...header.buckets).map { header.start + Int64($0) * header.bucket }
    var uses = UsesScan(bounds: bounds)
    try uses.add(section, series: series)
    let hours = HourVisitor(series: values.count, buckets: header.buckets)
    var users = UserScan(hours, series: values.count, bounds: bounds, users: UserDirectory())
    users.begin(header.time, mayGrow: false)
    try users.add([section], series: [series])
    var writers = [ByteWriter(), ByteWriter()]
    for index in values.indices {
      write(uses.values(of: index).map { UInt32(clamping: $0) }, to: &writers[Kind.uses.rawValue])
      write(users.visitor.values(of: index, width(.users, header)), to: &writers[Kind.users.rawValue])
    }
    return writers
  }
}

/// Counts the different users of the hours that begin with each bucket of a section.
private struct HourVisitor: UserVisitor {
  /// Of each series, by bucket, how many more users there are than in the hour before.
  private var changes: [Int32]
  private let stride: Int

  init(series: Int, buckets: Int) {
    stride = buckets + 1
    changes = Array(repeating: 0, count: series * stride)
  }

  mutating func visit(_ batch: UserBatch, series: Int, users: Int) {
    changes[series * stride..<(series + 1) * stride].withUnsafeMutableBufferPointer { changes in
      var (user, next) = (-1, 0)
      batch.forEachPoint { other, bucket in
        if other != user { (user, next) = (other, 0) }
        // An hour counts who is in any of its buckets: those up to the last bucket counted already.
        changes[max(next, bucket &- SectionFigures.window &+ 1)] &+= 1
        changes[bucket &+ 1] &-= 1
        next = bucket &+ 1
      }
    }
  }

  func values(of series: Int, _ count: Int) -> [UInt32] {
    var sum: Int32 = 0
    return changes[series * stride..<series * stride + count].map { change in
      sum &+= change
      return UInt32(bitPattern: sum)
    }
  }
}
