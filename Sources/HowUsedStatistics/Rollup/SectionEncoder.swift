import HowUsedArchive

/// Writes a ``Section``: rows in the order of their values, in each its users ascending, and of each its buckets ascending.
struct SectionEncoder {
  /// A row with more tuples goes on in another one of the same values, so that blocks stay small.
  static let rowTuples = 1 << 16
  /// Nor do its uses go beyond 32 bits.
  private static let rowUses = 1 << 31
  private static let blockTuples = 1 << 14

  private var header: SectionHeader
  private let texts: [[[UInt8]]]
  private let compressor: ZstdCompressor

  private var values: [[UInt32]] = [[], [], [], []]
  private var rowPairs: [UInt32] = []
  private var rowTuples: [UInt32] = []
  /// Beyond one for each tuple.
  private var rowExtraUses: [UInt32] = []
  private var rowPairBytes: [UInt32] = []
  private var rowTupleBytes: [UInt32] = []
  private var rowCountBytes: [UInt32] = []

  private var frames = SectionFrames()
  private var blockFrames: [[UInt8]] = []
  private var block = SectionFrames.Block()
  private var blockTupleCount = 0
  private var pairs = ByteWriter()
  private var tuples = ByteWriter()
  private var counts = ByteWriter()

  private let firstEvents: FirstEvents
  /// Of each user the bucket that it began in, and how many rows before the one that it began with have it there, too.
  private let firstBuckets: [UInt32]
  private var firstRanks: [UInt32]
  /// Of each of the caller's rows the number that it got.
  private var places: [UInt32] = []

  // The row that is being written.
  private var row = TextNumbers(0, 0, 0, 0)
  private var rowNumber: UInt32 = 0
  private var isRowOpen = false
  private var started = (pairs: 0, tuples: 0, counts: 0)
  private var pairCount = 0
  private var tupleCount = 0
  private var useCount = 0
  private var user: UInt32?
  private var lastUser: UInt32 = 0
  private var lastBucket: UInt32 = 0
  private var pending: UInt32?

  /// - Parameters:
  ///   - header: start, span and bucket count.
  ///   - texts: of each dimension the values, ascending by bytes.
  ///   - firstEvents: of each user, with the numbers of rows that ``beginRow(_:number:)`` gets.
  init(_ header: SectionHeader, texts: [[[UInt8]]], firstEvents: FirstEvents, compressor: ZstdCompressor) {
    self.header = header
    self.texts = texts
    self.firstEvents = firstEvents
    self.compressor = compressor
    let minutes = UInt32(header.bucket / 60)
    firstBuckets = firstEvents.minutes.map { $0 / minutes }
    firstRanks = Array(repeating: 0, count: firstEvents.minutes.count)
  }

  /// Ends the row before. The same number again goes on with its row.
  /// - Parameter number: not less than those of the rows before.
  mutating func beginRow(_ numbers: TextNumbers, number: UInt32) throws(ZstdError) {
    if isRowOpen {
      if number == rowNumber { return }
      try endRow()
    }
    while places.count <= Int(number) { places.append(UInt32(truncatingIfNeeded: rowPairs.count)) }
    rowNumber = number
    isRowOpen = true
    beginRow(numbers)
  }

  private mutating func beginRow(_ numbers: TextNumbers) {
    row = numbers
    started = (pairs.count, tuples.count, counts.count)
    (pairCount, tupleCount, useCount) = (0, 0, 0)
    (lastUser, user, pending) = (0, nil, nil)
  }

  /// One user's uses in one bucket.
  /// - Parameters:
  ///   - user: its place among the section's users; not less than the one before.
  ///   - bucket: within the section; greater than the one before of the same user.
  ///   - count: from 1.
  @inline(__always)
  mutating func add(user: UInt32, bucket: UInt32, count: Int) throws(ZstdError) {
    if self.user == user {
      flushTuple(hasMore: true)
      pending = bucket &- lastBucket
    } else {
      flushTuple(hasMore: false)
      if tupleCount >= Self.rowTuples || useCount >= Self.rowUses { try splitRow() }
      pairs.write(varint: Int(user &- lastUser))
      pairCount &+= 1
      lastUser = user
      self.user = user
      pending = bucket
    }
    lastBucket = bucket
    counts.write(varint: count &- 1)
    tupleCount &+= 1
    useCount &+= count
    if firstBuckets[Int(user)] == bucket, rowNumber < firstEvents.rows[Int(user)] { firstRanks[Int(user)] &+= 1 }
  }

  @inline(__always)
  private mutating func flushTuple(hasMore: Bool) {
    guard let distance = pending else { return }
    let value = distance << 1 | (hasMore ? 1 : 0)
    if header.hasByteTuples {
      tuples.write(UInt8(truncatingIfNeeded: value))
    } else {
      tuples.write(varint: Int(value))
    }
    pending = nil
  }

  private mutating func splitRow() throws(ZstdError) {
    let numbers = row
    try endRow()
    beginRow(numbers)
  }

  private mutating func endRow() throws(ZstdError) {
    flushTuple(hasMore: false)
    for place in 0..<4 { values[place].append(row[place]) }
    rowPairs.append(UInt32(pairCount))
    rowTuples.append(UInt32(tupleCount))
    rowExtraUses.append(UInt32(clamping: useCount - tupleCount))
    rowPairBytes.append(UInt32(pairs.count - started.pairs))
    rowTupleBytes.append(UInt32(tuples.count - started.tuples))
    rowCountBytes.append(UInt32(counts.count - started.counts))
    header.tuples += tupleCount
    header.uses += useCount
    block.rows += 1
    blockTupleCount += tupleCount
    if blockTupleCount >= Self.blockTuples { try endBlock() }
  }

  private mutating func endBlock() throws(ZstdError) {
    guard block.rows > 0 else { return }
    block.pairs = try append(pairs.bytes, to: &blockFrames)
    block.tuples = try append(tuples.bytes, to: &blockFrames)
    block.counts = try append(counts.bytes, to: &blockFrames)
    frames.blocks.append(block)
    block = SectionFrames.Block()
    blockTupleCount = 0
    pairs.removeAll()
    tuples.removeAll()
    counts.removeAll()
  }

  private func append(_ content: [UInt8], to frames: inout [[UInt8]]) throws(ZstdError) -> Int {
    let frame = try compress(content)
    frames.append(frame)
    return frame.count
  }

  private func compress(_ content: [UInt8]) throws(ZstdError) -> [UInt8] {
    // A typed error doesn't pass through `withUnsafeBytes`.
    let frame: Result<[UInt8], ZstdError> = content.withUnsafeBytes { content in
      do throws(ZstdError) { return .success(try compressor.compress(content)) } catch { return .failure(error) }
    }
    return try frame.get()
  }

  /// The whole section.
  /// - Parameters:
  ///   - users: their ids, ascending.
  ///   - peaks: see ``Section/peaks()``.
  consuming func finish(users: [Int64], peaks: [UInt32] = []) throws(ZstdError) -> [UInt8] {
    if isRowOpen { try endRow() }
    try endBlock()
    header.rows = rowPairs.count
    header.users = users.count
    var rows = ByteWriter()
    for place in 0..<4 { rows.write(column: values[place]) }
    rows.write(column: rowPairs)
    rows.write(column: rowTuples)
    rows.write(column: rowExtraUses)
    rows.write(column: rowPairBytes)
    if !header.hasByteTuples { rows.write(column: rowTupleBytes) }
    rows.write(column: zip(rowCountBytes, rowTuples).map { $0 &- $1 })
    var behind: [[UInt8]] = []
    frames.rows = try append(rows.bytes, to: &behind)
    frames.users = try append(UserList.encode(users), to: &behind)
    let minutes = UInt32(header.bucket / 60)
    let first = header.span > 0 ? firstEvents.minutes.map { $0 % minutes } : firstEvents.minutes
    let second = header.span > 0 ? firstRanks : firstEvents.rows.map { places[Int($0)] }
    frames.firstEvents = try append(firstEvents.encoded(first, second), to: &behind)
    if !peaks.isEmpty {
      var writer = ByteWriter()
      writer.write(varint: peaks.count)
      writer.write(column: peaks)
      frames.peaks = try append(writer.bytes, to: &behind)
    }
    let directory = try compress(self.directory())
    var section = ByteWriter()
    section.write(UInt32(directory.count))
    section.write(directory)
    for frame in behind { section.write(frame) }
    for frame in blockFrames { section.write(frame) }
    return section.bytes
  }

  private func directory() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(varint: SectionHeader.version)
    writer.write(header.start)
    for number in [Int(header.span), Int(header.bucket), header.rows, header.users, header.tuples, header.uses] {
      writer.write(varint: number)
    }
    for values in texts {
      writer.write(varint: values.count)
      for text in values {
        writer.write(varint: text.count)
        writer.write(text)
      }
    }
    for length in [frames.rows, frames.users, frames.firstEvents, frames.peaks] { writer.write(varint: length) }
    writer.write(varint: frames.blocks.count)
    for block in frames.blocks {
      for number in [block.rows, block.pairs, block.tuples, block.counts] { writer.write(varint: number) }
    }
    return writer.bytes
  }
}

/// Users' ids, ascending, as distances.
enum UserList {
  static func encode(_ users: [Int64]) -> [UInt8] {
    var writer = ByteWriter()
    var last: Int64?
    for user in users {
      if let last {
        writer.write(varint: UInt64(bitPattern: user &- last))
      } else {
        writer.write(user)
      }
      last = user
    }
    return writer.bytes
  }

  /// Nil when there aren't so many, or they don't ascend.
  static func decode(_ bytes: [UInt8], count: Int) -> [Int64]? {
    bytes.withUnsafeBytes { bytes in
      guard count > 0 else { return bytes.isEmpty ? [] : nil }
      guard count <= bytes.count else { return nil }
      var reader = ByteReader(bytes)
      var isAscending = true
      let users = [Int64](unsafeUninitializedCapacity: count) { users, initialized in
        var last = reader.fixed(Int64.self)
        users[0] = last
        for index in 1..<count {
          let next = last &+ Int64(bitPattern: reader.varint())
          if next <= last { isAscending = false }
          users[index] = next
          last = next
        }
        initialized = count
      }
      return isAscending && reader.isSound && reader.isAtEnd ? users : nil
    }
  }
}
