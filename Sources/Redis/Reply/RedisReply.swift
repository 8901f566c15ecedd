/// A reply of Redis, or a part of one. It can be looked at only while it's lent: its memory belongs to the parser and the
/// channel, and holds the next reply soon after. What is to be kept is copied out (`RedisValue(reply)`).
package struct RedisReply: ~Copyable {
  package enum Kind: Sendable {
    case string, array, integer, null, status, error
  }

  /// One value, as ``ReplyParser`` found it.
  struct Node {
    let kind: Kind
    /// Bytes of a text, elements of an array.
    let count: Int
    /// An integer's value; where a text begins, in bytes from the reply's start; of an array, the place of the node behind
    /// its last element.
    var value: Int
  }

  private let nodes: UnsafePointer<Node>
  private let text: UnsafeRawPointer
  private let position: Int

  /// - Parameters:
  ///   - nodes: all values of the whole reply, an array right before its elements.
  ///   - text: the reply's first byte.
  ///   - position: the place of this value among the nodes.
  init(nodes: UnsafePointer<Node>, text: UnsafeRawPointer, position: Int = 0) {
    self.nodes = nodes
    self.text = text
    self.position = position
  }

  private var node: Node {
    @inline(__always) get { nodes[position] }
  }

  package var kind: Kind { node.kind }

  package var isError: Bool { node.kind == .error }

  /// The value of an integer reply (`:1`); nil for every other kind, digits in a text included.
  package var integer: Int64? {
    let node = node
    return node.kind == .integer ? Int64(node.value) : nil
  }

  /// How many elements an array has; 0 for every other kind.
  package var count: Int {
    let node = node
    return node.kind == .array ? node.count : 0
  }

  /// The bytes of a string, status or error, valid only within `body`; no bytes for every other kind.
  package func withBytes<T, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> T) throws(E) -> T {
    let node = node
    switch node.kind {
    case .string, .status, .error:
      return try body(UnsafeRawBufferPointer(start: text + node.value, count: node.count))
    case .array, .integer, .null:
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// The text of a string, status or error, with U+FFFD in place of what isn't UTF-8; nil for every other kind.
  package var string: String? {
    switch node.kind {
    case .string, .status, .error: withBytes { String(decoding: $0, as: UTF8.self) }
    case .array, .integer, .null: nil
    }
  }

  /// The error that Redis answered with; nil when it's no error.
  package var error: RedisServerError? {
    isError ? string.map { RedisServerError(message: $0) } : nil
  }

  /// The first word of an error, such as `OOM` or `LOADING`; nil when it's no error.
  package var errorCode: String? { error?.code }

  /// Calls `body` with each element of an array, in order; never for every other kind.
  package func forEach<E: Error>(_ body: (borrowing RedisReply) throws(E) -> Void) throws(E) {
    var next = position + 1
    for _ in 0..<count {
      try body(RedisReply(nodes: nodes, text: text, position: next))
      next = place(behind: next)
    }
  }

  /// Calls `body` with the element at `index` (from 0); nil when there is none. Walks past those before it.
  package func withElement<T, E: Error>(
    _ index: Int,
    _ body: (borrowing RedisReply) throws(E) -> T
  ) throws(E) -> T? {
    guard index >= 0, index < count else { return nil }
    var next = position + 1
    for _ in 0..<index { next = place(behind: next) }
    return try body(RedisReply(nodes: nodes, text: text, position: next))
  }

  @inline(__always)
  private func place(behind position: Int) -> Int {
    nodes[position].kind == .array ? nodes[position].value : position + 1
  }
}
