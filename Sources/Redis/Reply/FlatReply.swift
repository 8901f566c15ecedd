/// An array of texts, copied out of Redis's reply behind each other: HGETALL, HMGET, LRANGE. Any other reply is as an array
/// of one, an integer as its decimal text.
package struct FlatReply: Sendable {
  private let bytes: [UInt8]
  /// Where each ends; negative (the complement of that) for what is nil.
  private let ends: [Int32]

  package init(_ reply: borrowing RedisReply) {
    guard reply.kind == .array else {
      bytes = reply.integer.map { Array(String($0).utf8) } ?? reply.withBytes { Array($0) }
      let end = Int32(truncatingIfNeeded: bytes.count)
      ends = [reply.kind == .null ? ~end : end]
      return
    }
    var ends: [Int32] = []
    ends.reserveCapacity(reply.count)
    // On the tape, the texts of an array that has no arrays in it lie behind each other.
    var texts = UnsafeRawBufferPointer(start: nil, count: 0)
    reply.forEach { element in
      if element.kind != .null {
        element.withBytes { text in
          guard let start = texts.baseAddress ?? text.baseAddress else { return }
          texts = UnsafeRawBufferPointer(start: start, count: texts.count + text.count)
        }
      }
      let end = Int32(truncatingIfNeeded: texts.count)
      ends.append(element.kind == .null ? ~end : end)
    }
    self.ends = ends
    bytes = Array(texts)
  }

  package var count: Int { ends.count }

  package subscript(index: Int) -> ArraySlice<UInt8>? {
    let (start, end) = (index == 0 ? 0 : Self.place(ends[index - 1]), ends[index])
    return end < 0 ? nil : bytes[start..<Int(end)]
  }

  /// Calls `body` with each element that isn't nil, and its index. The bytes are valid only within it.
  package func forEach(_ body: (Int, UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { bytes in
      var start = 0
      for (index, end) in ends.enumerated() where end >= 0 {
        body(index, UnsafeRawBufferPointer(rebasing: bytes[start..<Int(end)]))
        start = Int(end)
      }
    }
  }

  /// Of HGETALL: each field with its value. The bytes are valid only within `body`.
  package func forEachPair(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
    var field = UnsafeRawBufferPointer(start: nil, count: 0)
    forEach { index, text in
      if index % 2 == 0 { field = text } else { body(field, text) }
    }
  }

  private static func place(_ end: Int32) -> Int { Int(end >= 0 ? end : ~end) }
}
