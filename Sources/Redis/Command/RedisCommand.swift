package import NIOCore

/// One command with its arguments, already in RESP. For everything but the hot path, which writes its own bytes.
package struct RedisCommand: Sendable, ExpressibleByArrayLiteral {
  /// How many arguments there are, the name included.
  package private(set) var count = 0
  /// Room for what most commands have.
  private var arguments = ByteBufferAllocator().buffer(capacity: 96)

  package init(_ name: String, _ arguments: any RedisArgument...) {
    append(name)
    append(contentsOf: arguments)
  }

  /// The first of `arguments` is the command's name.
  package init(_ arguments: [any RedisArgument]) {
    append(contentsOf: arguments)
  }

  /// - Parameters:
  ///   - count: how many arguments `write` appends, the name included, each as a RESP bulk string.
  package init(count: Int, _ write: (inout ByteBuffer) -> Void) {
    self.count = count
    write(&arguments)
  }

  package init(arrayLiteral elements: any RedisArgument...) {
    append(contentsOf: elements)
  }

  package mutating func append(_ argument: some RedisArgument) {
    argument.writeRESPBulk(to: &arguments)
    count += 1
  }

  package mutating func append(contentsOf arguments: [any RedisArgument]) {
    for argument in arguments { append(argument) }
  }

  /// Appends the command as it goes over the wire.
  package func write(to buffer: inout ByteBuffer) {
    buffer.writeRESPArrayHeader(count)
    buffer.writeImmutableBuffer(arguments)
  }
}

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
