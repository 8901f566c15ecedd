package import NIOCore

/// Writers of RESP2 requests: an array header, then that many bulk strings.
/// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
extension ByteBuffer {
  /// `*<count>\r\n`: the number of arguments that follow, the command's name included.
  package mutating func writeRESPArrayHeader(_ count: Int) {
    writeRESPLength(count, marker: UInt8(ascii: "*"), room: 0)
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
    writeRESPLength(bytes.count, marker: UInt8(ascii: "$"), room: bytes.count + 2)
    writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count + 2) { target in
      if bytes.count > 0 { target.copyMemory(from: bytes) }
      target.storeLineEnd(at: bytes.count)
      return bytes.count + 2
    }
  }

  /// One argument holding the decimal text of `value`.
  package mutating func writeRESPBulk(_ value: Int64) {
    let isNegative = value < 0
    let magnitude = value.magnitude
    let digits = DecimalDigits.count(magnitude)
    let count = isNegative ? digits + 1 : digits
    writeWithUnsafeMutableBytes(minimumWritableBytes: 5 + DecimalDigits.maximumCount + 3) { target in
      guard let base = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
      base[0] = UInt8(ascii: "$")
      let lengthDigits = count > 9 ? 2 : 1
      DecimalDigits.write(UInt64(count), count: lengthDigits, at: base + 1)
      var position = 1 + lengthDigits
      target.storeLineEnd(at: position)
      position += 2
      if isNegative {
        base[position] = UInt8(ascii: "-")
        position += 1
      }
      DecimalDigits.write(magnitude, count: digits, at: base + position)
      position += digits
      target.storeLineEnd(at: position)
      return position + 2
    }
  }

  package mutating func writeRESPBulk(_ value: Int) {
    writeRESPBulk(Int64(value))
  }

  /// Writes `marker`, the decimal text of `length` and a line end, and makes room for `room` more bytes, so that the
  /// writer of the content that follows need not grow the buffer again.
  private mutating func writeRESPLength(_ length: Int, marker: UInt8, room: Int) {
    precondition(length >= 0, "a RESP length can't be negative")
    let digits = DecimalDigits.count(UInt64(length))
    writeWithUnsafeMutableBytes(minimumWritableBytes: DecimalDigits.maximumCount + 3 + room) { target in
      guard let base = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
      base[0] = marker
      DecimalDigits.write(UInt64(length), count: digits, at: base + 1)
      target.storeLineEnd(at: 1 + digits)
      return digits + 3
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func storeLineEnd(at offset: Int) {
    self[offset] = UInt8(ascii: "\r")
    self[offset + 1] = UInt8(ascii: "\n")
  }
}
