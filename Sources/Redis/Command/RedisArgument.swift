package import NIOCore

/// A value that can be an argument of a command.
package protocol RedisArgument: Sendable {
  /// Appends exactly one RESP bulk string.
  func writeRESPBulk(to buffer: inout ByteBuffer)
}

extension String: RedisArgument {
  package func writeRESPBulk(to buffer: inout ByteBuffer) { buffer.writeRESPBulk(self) }
}

extension Substring: RedisArgument {
  package func writeRESPBulk(to buffer: inout ByteBuffer) { buffer.writeRESPBulk(String(self)) }
}

extension Int: RedisArgument {
  package func writeRESPBulk(to buffer: inout ByteBuffer) { buffer.writeRESPBulk(self) }
}

extension Int64: RedisArgument {
  package func writeRESPBulk(to buffer: inout ByteBuffer) { buffer.writeRESPBulk(self) }
}

extension UInt64: RedisArgument {
  package func writeRESPBulk(to buffer: inout ByteBuffer) { buffer.writeRESPBulk(String(self)) }
}

extension Double: RedisArgument {
  /// Redis reads what Swift writes: the shortest text that gives the same number again.
  package func writeRESPBulk(to buffer: inout ByteBuffer) { buffer.writeRESPBulk(String(self)) }
}

extension ByteBuffer: RedisArgument {
  package func writeRESPBulk(to buffer: inout ByteBuffer) { buffer.writeRESPBulk(self) }
}

extension [UInt8]: RedisArgument {
  package func writeRESPBulk(to buffer: inout ByteBuffer) {
    withUnsafeBytes { buffer.writeRESPBulk($0) }
  }
}
