package import NIOCore

/// Commands, or parts of them, as RESP2, gathered in memory of their own that is used again and again.
///
/// Nobody else can hold that memory, so that nothing has to be asked before a write: each takes a quarter of the
/// instructions of `ByteBuffer`'s.
package struct CommandBytes: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  /// Bytes that there is memory for.
  package private(set) var capacity: Int
  package private(set) var count = 0

  /// - Parameter capacity: bytes to begin with, at least 1; it grows.
  package init(capacity: Int = 512) {
    self.capacity = capacity
    start = .allocate(capacity: capacity)
  }

  deinit { start.deallocate() }

  /// Forgets what was written and keeps the memory.
  package mutating func removeAll() { count = 0 }

  /// `*<count>\r\n`: the number of arguments that follow, the command's name included.
  package mutating func appendArrayHeader(_ count: Int) {
    end(at: RESPText.putArrayHeader(count, at: room(RESPText.longestHeader)))
  }

  /// One argument that is known at compile time.
  package mutating func appendBulk(_ text: StaticString) {
    text.withUTF8Buffer { appendBulk(UnsafeRawBufferPointer($0)) }
  }

  @_disfavoredOverload
  package mutating func appendBulk(_ text: String) {
    var text = text
    text.withUTF8 { appendBulk(UnsafeRawBufferPointer($0)) }
  }

  /// One argument of any bytes.
  package mutating func appendBulk(_ bytes: UnsafeRawBufferPointer) {
    end(at: RESPText.putBulk(bytes, at: room(RESPText.longestBulk(bytes.count))))
  }

  /// One argument holding the decimal text of `value`.
  package mutating func appendBulk(_ value: Int64) {
    end(at: RESPText.putBulk(value, at: room(RESPText.longestInteger)))
  }

  /// What the other one holds, as it is.
  package mutating func append(_ other: borrowing CommandBytes) {
    let target = room(other.count)
    target.update(from: other.start, count: other.count)
    end(at: target + other.count)
  }

  fileprivate var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// Where `count` more bytes may be written.
  @inline(__always)
  private mutating func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    if capacity - self.count < count { grow(count) }
    return start + self.count
  }

  @inline(__always)
  private mutating func end(at end: UnsafeMutablePointer<UInt8>) { count = end - start }

  private mutating func grow(_ more: Int) {
    let larger = max(capacity * 2, count + more)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    memory.update(from: start, count: count)
    start.deallocate()
    start = memory
    capacity = larger
  }
}

@available(*, unavailable)
extension CommandBytes: Sendable {}

extension ByteBuffer {
  /// Appends commands as they are.
  package mutating func writeCommands(_ commands: borrowing CommandBytes) {
    let bytes = commands.bytes
    writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count) { target in
      target.copyMemory(from: bytes)
      return bytes.count
    }
  }
}
