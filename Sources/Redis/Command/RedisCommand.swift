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
