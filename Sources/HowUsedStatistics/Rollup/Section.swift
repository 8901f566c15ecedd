import HowUsedArchive
import HowUsedStore

/// What one bot's users did in a stretch of time: a UTC day by the minute or by quarters of an hour, or a month.
///
/// A row is a combination of an event's name and its params; in it are pairs, a user each, and in a pair tuples, a bucket of
/// time and how many uses each. Users, and the values of each dimension, are in the section once, ascending; everything
/// else names them by their place. What a question doesn't ask for is skipped: rows by their sizes, columns since users,
/// buckets and counts lie in different frames.
///
/// The bytes, numbers being varints unless said otherwise: the directory's size (4 bytes, little-endian), then zstd frames
/// with checksums: the directory, the rows' columns, the users, ``FirstEvents`` (two columns, see ``firstEvents()``, and what
/// was sent), the peaks (how many, and a column; none when the frame's size is 0), and of each block of rows the pairs (distance to
/// the user before), the tuples (distance to the bucket before times 2, plus 1 if the pair has another one) and the counts
/// (less 1). Written by ``SectionEncoder``. What then is left of it is ``SectionFigures``.
final class Section {
  let header: SectionHeader
  /// Of each dimension (0 the event, 1…3 the params) the values, ascending by bytes, as stored, with JSON escapes. Empty:
  /// the event has none; of an event: a deprecated update. ``otherValue``: any of those that were too many.
  let texts: [[[UInt8]]]
  /// Among sections of the same bot and time the one from later events has the greater number.
  let order: UInt64

  private let bytes: SectionBytes
  private let frames: SectionFrames
  private let starts: Starts
  private let path: String
  private let decompressor: ZstdDecompressor

  static let otherValue: [UInt8] = [0x1e]
  /// What a damaged size isn't believed beyond.
  private static let contentLimit = 1 << 30
  /// A block of 128 KB takes 4 bytes at least.
  private static let mostCompressed = 1 << 15
  private static let countLimit = 1 << 28

  private struct Starts {
    var users = 0
    var firstEvents = 0
    var peaks = 0
    var blocks = 0
    var figures = 0
  }

  /// - Parameters:
  ///   - path: where it is from, for errors.
  ///   - order: see ``order``.
  /// - Throws: ``RollupDamage``
  convenience init(
    _ bytes: ArraySlice<UInt8>,
    path: String,
    order: UInt64,
    decompressor: ZstdDecompressor
  ) throws {
    try self.init(.memory(bytes), path: path, order: order, decompressor: decompressor)
  }

  /// - Throws: ``RollupDamage``, `FileError`.
  init(_ bytes: SectionBytes, path: String, order: UInt64, decompressor: ZstdDecompressor) throws {
    self.bytes = bytes
    self.path = path
    self.order = order
    self.decompressor = decompressor
    let size = try Self.size(bytes, 0, path)
    let content = try Self.decompress(bytes, 4, size, path, decompressor)
    guard let (header, texts, frames) = content.withUnsafeBytes({ Self.directory($0) }) else {
      throw RollupDamage(path: path, reason: "a section's directory is damaged or of another version")
    }
    self.header = header
    self.texts = texts
    self.frames = frames
    rowsStart = 4 + size
    var starts = Starts()
    starts.users = rowsStart + frames.rows
    starts.firstEvents = starts.users + frames.users
    starts.peaks = starts.firstEvents + frames.firstEvents
    starts.blocks = starts.peaks + frames.peaks
    starts.figures = frames.blocks.reduce(starts.blocks) { $0 + $1.pairs + $1.tuples + $1.counts }
    self.starts = starts
  }

  private let rowsStart: Int

  private static func directory(_ bytes: UnsafeRawBufferPointer) -> (SectionHeader, [[[UInt8]]], SectionFrames)? {
    var reader = ByteReader(bytes)
    guard reader.varint() == UInt64(SectionHeader.version) else { return nil }
    let start = reader.fixed(Int64.self)
    let span = reader.count(below: 1 << 40)
    let bucket = reader.count(below: 1 << 20)
    guard bucket > 0, bucket % 60 == 0, span % bucket == 0, start.magnitude < 1 << 50 else { return nil }
    var header = SectionHeader(start: start, span: Int64(span), bucket: Int64(bucket))
    header.rows = reader.count(below: countLimit)
    header.users = reader.count(below: countLimit)
    header.tuples = reader.count(below: 1 << 40)
    header.uses = reader.count(below: 1 << 56)
    var texts: [[[UInt8]]] = []
    for _ in 0..<4 {
      var values: [[UInt8]] = []
      // Each takes a byte at least.
      for _ in 0..<reader.count(below: bytes.count) { values.append(reader.text(reader.count(below: 1 << 16))) }
      texts.append(values)
    }
    var frames = SectionFrames()
    frames.rows = reader.count(below: contentLimit)
    frames.users = reader.count(below: contentLimit)
    frames.firstEvents = reader.count(below: contentLimit)
    frames.peaks = reader.count(below: contentLimit)
    for _ in 0..<reader.count(below: bytes.count) {
      frames.blocks.append(
        .init(
          rows: reader.count(below: countLimit),
          pairs: reader.count(below: contentLimit),
          tuples: reader.count(below: contentLimit),
          counts: reader.count(below: contentLimit)
        )
      )
    }
    return reader.isSound && reader.isAtEnd ? (header, texts, frames) : nil
  }

  private static func size(_ bytes: SectionBytes, _ offset: Int, _ path: String) throws -> Int {
    guard let size = try bytes.read(offset, 4) else { throw RollupDamage(path: path, reason: "a section is cut short") }
    return size.withUnsafeBytes { size in
      var reader = ByteReader(size)
      return Int(reader.fixed(UInt32.self))
    }
  }

  private static func decompress(
    _ bytes: SectionBytes,
    _ offset: Int,
    _ size: Int,
    _ path: String,
    _ decompressor: ZstdDecompressor
  ) throws -> [UInt8] {
    guard let frame = try bytes.read(offset, size) else {
      throw RollupDamage(path: path, reason: "a section is cut short")
    }
    do {
      return try frame.withUnsafeBytes { frame throws(ZstdError) in
        try decompressor.decompress(frame, limit: min(contentLimit, frame.count * mostCompressed))
      }
    } catch {
      throw RollupDamage(path: path, reason: "a frame doesn't decode: \(error)")
    }
  }

  private func frame(_ offset: Int, _ size: Int) throws -> [UInt8] {
    try Self.decompress(bytes, offset, size, path, decompressor)
  }

  private func damage(_ what: String) -> RollupDamage { RollupDamage(path: path, reason: "\(what) don't fit") }

  // MARK: Parts

  private var foundRows: SectionRows?
  private var foundUsers: [Int64]?
  private var foundFirstEvents: FirstEvents?
  private var foundFigures: SectionFigures?

  func rows() throws -> SectionRows {
    if let foundRows { return foundRows }
    let rows = SectionRows(try frame(rowsStart, frames.rows), header, texts)
    guard let rows, frames.blocks.reduce(0, { $0 + $1.rows }) == header.rows else { throw damage("a section's rows") }
    foundRows = rows
    return rows
  }

  /// Forgets what was decoded, for who goes through many sections at once.
  func forget() { (foundRows, foundUsers, foundFirstEvents, foundFigures) = (nil, nil, nil, nil) }

  /// Their ids, ascending.
  func users() throws -> [Int64] {
    if let foundUsers { return foundUsers }
    guard let users = UserList.decode(try frame(starts.users, frames.users), count: header.users) else {
      throw damage("a section's users")
    }
    foundUsers = users
    return users
  }

  /// Of a section with time only what its tuples don't tell is stored: in which minute of its first bucket each user began,
  /// and by which of the rows that it is in then. Without time it is the minute and the row themselves.
  func firstEvents() throws -> FirstEvents {
    if let foundFirstEvents { return foundFirstEvents }
    guard var firstEvents = FirstEvents(try frame(starts.firstEvents, frames.firstEvents), users: header.users) else {
      throw damage("a section's first events")
    }
    if header.span > 0 { try resolve(&firstEvents) }
    guard firstEvents.rows.allSatisfy({ $0 < header.rows }) else { throw damage("a section's first events") }
    foundFirstEvents = firstEvents
    return firstEvents
  }

  private func resolve(_ firstEvents: inout FirstEvents) throws {
    var first = firstEvents.rows.map { (bucket: UInt32.max, row: UInt32.max, rank: $0, left: $0) }
    var stream = try RowStream(self)
    try first.withUnsafeMutableBufferPointer { first in
      try stream.forEach(0..<header.rows) { row, user, bucket, _ in
        let user = Int(user)
        guard bucket <= first[user].bucket else { return }
        if bucket < first[user].bucket {
          first[user].bucket = bucket
          first[user].left = first[user].rank
          first[user].row = .max
        }
        if first[user].left == 0 { first[user].row = min(first[user].row, UInt32(truncatingIfNeeded: row)) }
        first[user].left = first[user].left == 0 ? 0 : first[user].left &- 1
      }
    }
    let minutes = UInt32(truncatingIfNeeded: header.bucket / 60)
    for (user, first) in first.enumerated() {
      firstEvents.minutes[user] &+= first.bucket &* minutes
      firstEvents.rows[user] = first.row
    }
  }

  /// Of each bucket the highest number of users within a minute of it and the one before. The first minute of a UTC day
  /// counts alone. Empty: not known.
  func peaks() throws -> [UInt32] {
    guard frames.peaks > 0 else { return [] }
    let peaks: [UInt32]? = try frame(starts.peaks, frames.peaks).withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      let peaks = reader.column(reader.count(below: header.buckets + 1))
      return reader.isSound && reader.isAtEnd ? peaks : nil
    }
    guard let peaks else { throw damage("a section's peaks") }
    return peaks
  }

  /// Nil: it has none.
  func figures() throws -> SectionFigures? {
    if let foundFigures { return foundFigures }
    guard bytes.count > starts.figures else { return nil }
    let size = try Self.size(bytes, starts.figures, path)
    let start = starts.figures + 4
    let figures = SectionFigures(try frame(start, size), start: start + size, self)
    guard let figures else { throw damage("a section's figures") }
    foundFigures = figures
    return figures
  }

  /// Of the values of a dimension that have figures their numbers, one value after the other.
  func figures(_ kind: SectionFigures.Kind, _ dimension: Int) throws -> [UInt32] {
    guard let figures = try figures(), !figures.values[dimension].isEmpty else { return [] }
    let place = figures.frame(kind, dimension)
    guard let numbers = figures.numbers(kind, dimension, try frame(place.lowerBound, place.count), header) else {
      throw damage("a section's figures")
    }
    return numbers
  }

  /// How many bytes its parts take, for who measures.
  var sizes: String {
    let blocks = frames.blocks.reduce(into: (pairs: 0, tuples: 0, counts: 0)) { sums, block in
      sums = (sums.pairs + block.pairs, sums.tuples + block.tuples, sums.counts + block.counts)
    }
    return
      "directory \(rowsStart), rows \(frames.rows), users \(frames.users), first events \(frames.firstEvents), peaks "
      + "\(frames.peaks), figures \(bytes.count - starts.figures), pairs \(blocks.pairs), tuples \(blocks.tuples), counts \(blocks.counts)"
  }

  var blockCount: Int { frames.blocks.count }

  /// The rows of each block.
  func blockRows() -> [Range<Int>] {
    var start = 0
    return frames.blocks.map { block in
      defer { start += block.rows }
      return start..<start + block.rows
    }
  }

  struct Columns: OptionSet {
    let rawValue: Int
    static let pairs = Columns(rawValue: 1)
    static let tuples = Columns(rawValue: 2)
    static let counts = Columns(rawValue: 4)
  }

  /// Whether what was unpacked of blocks is kept for who asks next.
  var keepsBlocks = false
  private var keptFrames: [Int: [UInt8]] = [:]

  private func blockFrame(_ offset: Int, _ size: Int) throws -> [UInt8] {
    if let kept = keptFrames[offset] { return kept }
    let content = try frame(offset, size)
    if keepsBlocks { keptFrames[offset] = content }
    return content
  }

  /// Some columns of a block; others are empty.
  func block(_ index: Int, _ columns: Columns) throws -> SectionBlock {
    let block = frames.blocks[index]
    let offset = blockStarts[index]
    let pairs = columns.contains(.pairs) ? try blockFrame(offset, block.pairs) : []
    let tuples = columns.contains(.tuples) ? try blockFrame(offset + block.pairs, block.tuples) : []
    let counts = columns.contains(.counts) ? try blockFrame(offset + block.pairs + block.tuples, block.counts) : []
    return SectionBlock(pairs: pairs, tuples: tuples, counts: counts)
  }

  /// Where the blocks' bytes are, for tests.
  var blockPlaces: Range<Int> { starts.blocks..<starts.figures }

  private lazy var blockStarts: [Int] = {
    var offset = starts.blocks
    return frames.blocks.map { block in
      defer { offset += block.pairs + block.tuples + block.counts }
      return offset
    }
  }()

  /// For who finds in a block what can't be.
  func damagedBlock() -> RollupDamage { damage("a section's tuples") }
}

/// Where a section is read from: what nobody asks for stays in the file.
enum SectionBytes {
  case memory(ArraySlice<UInt8>)
  case file(File, offset: Int, size: Int)

  var count: Int {
    switch self {
    case .memory(let bytes): bytes.count
    case .file(_, _, let size): size
    }
  }

  /// Nil when there aren't so many.
  func read(_ offset: Int, _ count: Int) throws(FileError) -> ArraySlice<UInt8>? {
    switch self {
    case .memory(let bytes):
      guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
      return bytes[(bytes.startIndex + offset)...].prefix(count)
    case .file(let file, let start, let size):
      guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { return nil }
      let bytes = try file.read(at: start + offset, count: count)
      return bytes.count == count ? bytes[...] : nil
    }
  }
}

/// The columns of a section's rows.
struct SectionRows: Sendable {
  /// Of each dimension the place of the row's value among its texts.
  let values: [[UInt32]]
  let pairs: [UInt32]
  let tuples: [UInt32]
  let uses: [Int]
  /// Sizes in the block's columns.
  let pairBytes: [UInt32]
  let tupleBytes: [UInt32]
  let countBytes: [UInt32]

  init?(_ bytes: [UInt8], _ header: SectionHeader, _ texts: [[[UInt8]]]) {
    let count = header.rows
    let decoded = bytes.withUnsafeBytes { bytes -> ([[UInt32]], Bool) in
      var reader = ByteReader(bytes)
      var columns: [[UInt32]] = []
      for _ in 0..<(header.hasByteTuples ? 9 : 10) { columns.append(reader.column(count)) }
      return (columns, reader.isSound && reader.isAtEnd)
    }
    guard decoded.1 else { return nil }
    let columns = decoded.0
    for place in 0..<4 where count > 0 {
      guard let most = columns[place].max(), most < texts[place].count else { return nil }
    }
    values = Array(columns[0..<4])
    pairs = columns[4]
    let tuples = columns[5]
    self.tuples = tuples
    uses = zip(tuples, columns[6]).map { Int($0) + Int($1) }
    pairBytes = columns[7]
    tupleBytes = header.hasByteTuples ? tuples : columns[8]
    let counts = columns[header.hasByteTuples ? 8 : 9]
    countBytes = zip(counts, tuples).map { $0 &+ $1 }
    // Nothing takes less than a byte: so nobody reads on and on in what is too short.
    for row in 0..<count where pairs[row] > pairBytes[row] || tuples[row] > tupleBytes[row] || pairs[row] > tuples[row]
    {
      return nil
    }
  }
}

/// Columns of a block of rows.
struct SectionBlock: Sendable {
  let pairs: [UInt8]
  let tuples: [UInt8]
  let counts: [UInt8]
}
