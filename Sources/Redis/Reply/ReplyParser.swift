internal import ByteText

/// Reads RESP2 replies out of bytes that come in any pieces, without I/O.
/// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
///
/// A reply that is there as a whole is looked at where it lies: that costs neither a copy nor an allocation. Of one that
/// isn't, what has come is kept until the rest does. Memory grows with the bytes that came, never with what they announce.
/// After an error the parser stays broken, since nobody knows where the next reply begins: its connection must be closed.
struct ReplyParser: ~Copyable {
  /// Arrays within arrays. XREAD, the deepest that could be of use, needs 4.
  static let maximumDepth = 7
  /// Bytes of a string: as many as Redis itself takes (`proto-max-bulk-len`).
  static let maximumString = 512 << 20
  /// Bytes of a status or an error.
  static let maximumLine = 64 << 10
  /// Values of a reply.
  static let maximumNodes = 1 << 24
  /// Bytes of a reply that comes in pieces.
  static let maximumReply = 1 << 30
  /// What is larger than this after a reply, in nodes and in bytes, is given back: a huge one doesn't hold memory for ever.
  private static let keptNodes = 1 << 17
  private static let keptBytes = 8 << 20

  /// The values of the reply that is being read, an array right before its elements.
  private var nodes = UnsafeMutablePointer<RedisReply.Node>.allocate(capacity: 64)
  private var nodeCapacity = 64
  private var nodeCount = 0
  /// The arrays around the next value, from the outermost on, and how many of their elements haven't been read.
  private var open: [(node: Int, missing: Int)] = []
  /// Where the next value begins, in bytes from the reply's start.
  private var position = 0
  /// The status or error there has no end before this.
  private var searched = 0
  /// The first bytes of a reply whose last ones haven't come.
  private var partial: [UInt8] = []
  private var failure: RedisClientError?

  deinit { nodes.deallocate() }

  /// Takes `bytes` and calls `body` with each reply that is complete by now, until it returns false: then the rest of
  /// them is dropped.
  /// - Throws: `.protocolError` when that isn't RESP2 within the bounds above, and each time after.
  mutating func read(
    _ bytes: UnsafeRawBufferPointer,
    _ body: (borrowing RedisReply) -> Bool
  ) throws(RedisClientError) {
    if let failure { throw failure }
    do throws(RedisClientError) {
      if partial.isEmpty { try readReplies(bytes, body) } else { try readRest(bytes, body) }
    } catch {
      failure = error
      partial = []
      throw error
    }
  }

  private mutating func readReplies(
    _ bytes: UnsafeRawBufferPointer,
    _ body: (borrowing RedisReply) -> Bool
  ) throws(RedisClientError) {
    var bytes = bytes
    while let start = bytes.baseAddress, bytes.count > 0 {
      guard let length = try parse(bytes) else {
        partial.append(contentsOf: bytes)
        return
      }
      guard body(RedisReply(nodes: nodes, text: start)) else { return }
      bytes = UnsafeRawBufferPointer(rebasing: bytes[length...])
    }
  }

  /// Reads on in the reply that `partial` begins with, and then in what follows it.
  private mutating func readRest(
    _ bytes: UnsafeRawBufferPointer,
    _ body: (borrowing RedisReply) -> Bool
  ) throws(RedisClientError) {
    let before = partial.count
    guard bytes.count <= Self.maximumReply - before else { throw .protocolError("a reply is too large") }
    var reply: [UInt8] = []
    swap(&reply, &partial)
    reply.append(contentsOf: bytes)
    let end = try reply.withUnsafeBufferPointer { reply throws(RedisClientError) -> (length: Int, goesOn: Bool)? in
      let reply = UnsafeRawBufferPointer(reply)
      guard let start = reply.baseAddress, let length = try parse(reply) else { return nil }
      return (length, body(RedisReply(nodes: nodes, text: start)))
    }
    guard let end else { return swap(&reply, &partial) }
    if reply.capacity <= Self.keptBytes {
      reply.removeAll(keepingCapacity: true)
      swap(&reply, &partial)
    }
    if end.goesOn { try readReplies(UnsafeRawBufferPointer(rebasing: bytes[(end.length - before)...]), body) }
  }

  /// Goes on from `position` in `bytes`, which begin where the reply does. Returns the reply's length as soon as all of
  /// it is there; its nodes stay until the next call.
  private mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(RedisClientError) -> Int? {
    if position == 0 { removeNodes() }
    while position < bytes.count {
      let start = position &+ 1
      switch bytes[position] {
      case UInt8(ascii: ":"):
        guard let number = try Self.number(in: bytes, at: start) else { return nil }
        try append(.integer, value: number.value)
        position = number.end
      case UInt8(ascii: "$"):
        guard let length = try Self.length(in: bytes, at: start, atMost: Self.maximumString) else { return nil }
        guard length.value >= 0 else {
          try append(.null)
          position = length.end
          break
        }
        let end = length.end &+ length.value
        guard end &+ 2 <= bytes.count else { return nil }
        guard Self.isLineEnd(bytes, at: end) else { throw .protocolError("a string is longer than its length") }
        try append(.string, count: length.value, value: length.end)
        position = end &+ 2
      case UInt8(ascii: "*"):
        guard let count = try Self.length(in: bytes, at: start, atMost: Self.maximumNodes) else { return nil }
        position = count.end
        if count.value > 0 {
          guard open.count < Self.maximumDepth else { throw .protocolError("arrays nest too deep") }
          open.append((nodeCount, count.value))
          try append(.array, count: count.value)
          continue
        }
        try append(count.value == 0 ? .array : .null, value: nodeCount + 1)
      case UInt8(ascii: "+"), UInt8(ascii: "-"):
        guard let end = try lineEnd(in: bytes, from: start) else { return nil }
        try append(bytes[position] == UInt8(ascii: "+") ? .status : .error, count: end - start, value: start)
        position = end &+ 2
      default:
        throw .protocolError("Protocol error, got \"\(Unicode.Scalar(bytes[position]))\" as reply type byte")
      }
      guard closeArrays() else { continue }
      defer { (position, searched) = (0, 0) }
      return position
    }
    return nil
  }

  /// After a value: ends each array whose last element it was. Returns whether that was all of the reply.
  @inline(__always)
  private mutating func closeArrays() -> Bool {
    while let last = open.indices.last {
      open[last].missing -= 1
      guard open[last].missing == 0 else { return false }
      nodes[open.removeLast().node].value = nodeCount
    }
    return true
  }

  // MARK: Lines

  /// A decimal number and where the line behind it begins; nil when its end isn't there.
  @inline(__always)
  private static func number(
    in bytes: UnsafeRawBufferPointer,
    at start: Int
  ) throws(RedisClientError) -> (value: Int, end: Int)? {
    guard start < bytes.count, let base = bytes.baseAddress else { return nil }
    let isNegative = bytes[start] == UInt8(ascii: "-")
    let digits = isNegative ? start &+ 1 : start
    var end = digits
    var value = 0
    while end < bytes.count, bytes[end] &- 0x30 < 10 {
      value = value &* 10 &+ Int(bytes[end] &- 0x30)
      end &+= 1
    }
    guard end &- start <= DecimalText.longest, end == bytes.count || bytes[end] == UInt8(ascii: "\r") else {
      throw .protocolError("a number is malformed")
    }
    guard end &+ 1 < bytes.count else { return nil }
    guard isLineEnd(bytes, at: end) else { throw .protocolError("a number is malformed") }
    // Most have few digits, no zero in front and no way to overflow.
    if end &- digits > 18 || end == digits || bytes[digits] == UInt8(ascii: "0") && end > digits &+ 1 {
      guard case .value(let exact) = DecimalText.signed(base + start, count: end &- start) else {
        throw .protocolError("a number is malformed")
      }
      return (Int(exact), end &+ 2)
    }
    return (isNegative ? 0 &- value : value, end &+ 2)
  }

  /// As `number`, from -1, which means null.
  @inline(__always)
  private static func length(
    in bytes: UnsafeRawBufferPointer,
    at start: Int,
    atMost maximum: Int
  ) throws(RedisClientError) -> (value: Int, end: Int)? {
    guard let length = try number(in: bytes, at: start) else { return nil }
    guard length.value >= -1, length.value <= maximum else { throw .protocolError("a length of \(length.value)") }
    return length
  }

  /// Where the line that `start` is in ends; nil when its end isn't there.
  private mutating func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) throws(RedisClientError) -> Int? {
    var place = max(start, searched)
    while place + 1 < bytes.count {
      if Self.isLineEnd(bytes, at: place) { return place }
      place += 1
    }
    searched = place
    guard place - start <= Self.maximumLine else { throw .protocolError("a line is too long") }
    return nil
  }

  @inline(__always)
  private static func isLineEnd(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
    bytes[place] == UInt8(ascii: "\r") && bytes[place + 1] == UInt8(ascii: "\n")
  }

  // MARK: Nodes

  @inline(__always)
  private mutating func append(_ kind: RedisReply.Kind, count: Int = 0, value: Int = 0) throws(RedisClientError) {
    if nodeCount == nodeCapacity { try growNodes() }
    nodes[nodeCount] = RedisReply.Node(kind: kind, count: count, value: value)
    nodeCount += 1
  }

  private mutating func growNodes() throws(RedisClientError) {
    guard nodeCapacity < Self.maximumNodes else { throw .protocolError("a reply has too many values") }
    let larger = UnsafeMutablePointer<RedisReply.Node>.allocate(capacity: nodeCapacity * 2)
    larger.update(from: nodes, count: nodeCount)
    nodes.deallocate()
    nodes = larger
    nodeCapacity *= 2
  }

  @inline(__always)
  private mutating func removeNodes() {
    nodeCount = 0
    guard nodeCapacity > Self.keptNodes else { return }
    nodes.deallocate()
    nodes = .allocate(capacity: 64)
    nodeCapacity = 64
  }
}
