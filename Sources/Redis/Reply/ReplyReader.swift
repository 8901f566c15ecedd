internal import CHiredis

/// Parses RESP2 with hiredis's reader, which takes bytes in any pieces. The only file that knows hiredis.
///
/// hiredis 0.14.1 nests arrays up to 7 deep; XREAD, the deepest we use, needs 4. After an error the reader stays broken
/// and its connection must be closed.
struct ReplyReader: ~Copyable {
  /// Bytes given to hiredis at once. After each reply that ends 1 KB further on it moves what is left to the front of
  /// its buffer: with much more at once, that would dominate; with much less, the calls would.
  private static let pieceSize = 8192
  /// hiredis gives an empty buffer back when it's larger than this, in bytes. Its own default, 16 KB, would make each
  /// middling reply grow it anew.
  private static let keptBuffer = 256 * 1024

  private let reader: UnsafeMutablePointer<redisReader>
  private let tape: UnsafeMutablePointer<ReplyTape>
  private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>

  /// Nil when there is no memory.
  init?() {
    functions = .allocate(capacity: 1)
    functions.initialize(to: .ontoTape)
    guard let reader = redisReaderCreateWithFunctions(functions) else {
      functions.deallocate()
      return nil
    }
    tape = .allocate(capacity: 1)
    tape.initialize(to: ReplyTape())
    self.reader = reader
    reader.pointee.maxbuf = Self.keptBuffer
    reader.pointee.privdata = UnsafeMutableRawPointer(tape)
  }

  deinit {
    redisReaderFree(reader)
    functions.deallocate()
    tape.deinitialize(count: 1)
    tape.deallocate()
  }

  /// Takes `bytes` and calls `body` with each reply that is complete by now, until it returns false.
  /// Throws `.protocolError` when that isn't RESP2.
  func read(
    _ bytes: UnsafeRawBufferPointer,
    _ body: (borrowing RedisReply) -> Bool
  ) throws(RedisClientError) {
    var bytes = bytes
    // Unless hiredis has a part of a reply, or has failed.
    let isBetweenReplies = reader.pointee.err == 0 && reader.pointee.pos == reader.pointee.len && !isInsideReply
    while isBetweenReplies, let length = tape.pointee.readPlain(bytes) {
      guard body(RedisReply(tape: tape, position: 0)) else { return }
      bytes = UnsafeRawBufferPointer(rebasing: bytes[length...])
    }
    guard bytes.count > 0, let start = bytes.bindMemory(to: CChar.self).baseAddress else { return }
    for offset in stride(from: 0, to: bytes.count, by: Self.pieceSize) {
      let count = min(Self.pieceSize, bytes.count - offset)
      guard redisReaderFeed(reader, start + offset, count) == REDIS_OK else { throw failure }
      while true {
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure }
        guard let position = TapePosition(reply) else { break }
        guard body(RedisReply(tape: tape, position: position.value)) else { return }
      }
    }
  }

  /// Whether hiredis has read the first byte of a reply and not the last: a task is begun when its type is known.
  private var isInsideReply: Bool {
    reader.pointee.ridx > 0 || reader.pointee.ridx == 0 && reader.pointee.rstack.0.type >= 0
  }

  private var failure: RedisClientError {
    let text = withUnsafeBytes(of: &reader.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return .protocolError(text)
  }
}

/// hiredis knows a value by a pointer. Ours is a position on the tape plus one, since null means "none".
private struct TapePosition {
  let value: Int

  init?(_ pointer: UnsafeMutableRawPointer?) {
    guard let pointer else { return nil }
    value = Int(bitPattern: pointer) - 1
  }

  static func pointer(_ position: Int?) -> UnsafeMutableRawPointer? {
    position.flatMap { UnsafeMutableRawPointer(bitPattern: $0 + 1) }
  }
}

extension redisReplyObjectFunctions {
  /// Nothing is freed by itself, since the tape is cleared when the next reply begins. Returning nil makes hiredis
  /// report that there is no memory.
  fileprivate static var ontoTape: redisReplyObjectFunctions {
    redisReplyObjectFunctions(
      createString: { task, bytes, count in task?.append(text: bytes, count: count) },
      createArray: { task, count in task?.append(.array, count: Int(count)) },
      createInteger: { task, value in task?.append(.integer, value: Int(value)) },
      createNil: { task in task?.append(.null) },
      freeObject: { _ in }
    )
  }
}

extension UnsafePointer<redisReadTask> {
  fileprivate func append(_ kind: RedisReply.Kind, count: Int = 0, value: Int = 0) -> UnsafeMutableRawPointer? {
    guard let (tape, parent) = place() else { return nil }
    return TapePosition.pointer(tape.pointee.append(kind, count: count, value: value, parent: parent))
  }

  fileprivate func append(text: UnsafePointer<CChar>?, count: Int) -> UnsafeMutableRawPointer? {
    guard let text, let (tape, parent) = place() else { return nil }
    let kind: RedisReply.Kind =
      switch pointee.type {
      case REDIS_REPLY_STATUS: .status
      case REDIS_REPLY_ERROR: .error
      default: .string
      }
    let start = tape.pointee.appendText(text, count: count)
    return TapePosition.pointer(tape.pointee.append(kind, count: count, value: start, parent: parent))
  }

  /// The tape, and the position of the array that the value belongs to. A value of no array begins a new reply.
  private func place() -> (UnsafeMutablePointer<ReplyTape>, Int?)? {
    guard let tape = pointee.privdata?.assumingMemoryBound(to: ReplyTape.self) else { return nil }
    guard let parent = pointee.parent else {
      tape.pointee.clear()
      return (tape, nil)
    }
    return (tape, TapePosition(parent.pointee.obj)?.value)
  }
}
