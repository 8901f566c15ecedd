package import NIOCore

/// Writers of RESP2 requests: an array header, then that many bulk strings.
/// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
///
/// Each reserves what it needs once and then writes through a plain pointer: they are the better part of what a request
/// costs here.
extension ByteBuffer {
  /// `*<count>\r\n`: the number of arguments that follow, the command's name included.
  package mutating func writeRESPArrayHeader(_ count: Int) {
    writeRESP(atMost: RESPText.longestHeader) { RESPText.putArrayHeader(count, at: $0) }
  }

  /// One argument that is known at compile time. A literal takes this overload.
  package mutating func writeRESPBulk(_ text: StaticString) {
    text.withUTF8Buffer { writeRESPBulk(UnsafeRawBufferPointer($0)) }
  }

  @_disfavoredOverload
  package mutating func writeRESPBulk(_ text: String) {
    var text = text
    text.withUTF8 { writeRESPBulk(UnsafeRawBufferPointer($0)) }
  }

  /// One argument holding the readable bytes of `bytes`, which stays as it is.
  package mutating func writeRESPBulk(_ bytes: ByteBuffer) {
    bytes.withUnsafeReadableBytes { writeRESPBulk($0) }
  }

  /// One argument of any bytes. They must not be part of this very buffer.
  package mutating func writeRESPBulk(_ bytes: UnsafeRawBufferPointer) {
    writeRESP(atMost: RESPText.longestBulk(bytes.count)) { RESPText.putBulk(bytes, at: $0) }
  }

  /// One argument holding the decimal text of `value`.
  package mutating func writeRESPBulk(_ value: Int64) {
    writeRESP(atMost: RESPText.longestInteger) { RESPText.putBulk(value, at: $0) }
  }

  package mutating func writeRESPBulk(_ value: Int) {
    writeRESPBulk(Int64(value))
  }

  /// Calls `body` with room for `count` bytes; it returns where what it wrote ends.
  @inline(__always)
  private mutating func writeRESP(
    atMost count: Int,
    _ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
  ) {
    writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
      guard let start = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
      return body(start) - start
    }
  }
}
