package import Redis

/// An array of texts, copied out of Redis's reply behind each other: HGETALL, HMGET.
package struct FlatReply: Sendable {
  private var bytes: [UInt8] = []
  /// Where each ends; negative (the complement of that) for what is nil.
  private var ends: [Int32] = []

  package init(_ reply: borrowing RedisReply) {
    ends.reserveCapacity(reply.count)
    bytes.reserveCapacity(reply.count * 12)
    reply.forEach { element in
      if element.kind == .null {
        ends.append(~Int32(truncatingIfNeeded: bytes.count))
      } else {
        element.withBytes { bytes.append(contentsOf: $0) }
        ends.append(Int32(truncatingIfNeeded: bytes.count))
      }
    }
  }

  package var count: Int { ends.count }

  package subscript(index: Int) -> ArraySlice<UInt8>? {
    let end = ends[index]
    guard end >= 0 else { return nil }
    let start = index == 0 ? 0 : ends[index - 1]
    return bytes[Int(start >= 0 ? start : ~start)..<Int(end)]
  }

  /// Of HGETALL: each field with its value.
  package func forEachPair(_ body: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Void) {
    for index in stride(from: 0, to: count - 1, by: 2) {
      if let field = self[index], let value = self[index + 1] { body(field, value) }
    }
  }
}
