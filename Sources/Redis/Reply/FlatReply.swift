/// An array of texts: HGETALL, HMGET, LRANGE. Any other reply is as an array of one, an integer as its decimal text.
package struct FlatReply: Sendable {
  /// All texts behind each other, maybe between those of other replies.
  private let bytes: [UInt8]
  private let start: Int
  /// Where each ends; negative (the complement of that) for what is nil.
  private let ends: ArraySlice<Int>

  init(bytes: [UInt8], start: Int, ends: ArraySlice<Int>) {
    (self.bytes, self.start, self.ends) = (bytes, start, ends)
  }

  package init(_ reply: borrowing RedisReply) {
    var replies = FlatReplies()
    replies.append(reply)
    self = replies[0]
  }

  package var count: Int { ends.count }

  /// The text at `index`; nil for nil, and where there is none: how many there are is Redis's to say.
  package subscript(index: Int) -> ArraySlice<UInt8>? {
    guard index >= 0, index < ends.count else { return nil }
    let place = ends.startIndex + index
    let (start, end) = (index == 0 ? self.start : Self.place(ends[place - 1]), ends[place])
    return end < 0 ? nil : bytes[start..<end]
  }

  /// Calls `body` with each element that isn't nil, and its index. The bytes are valid only within it.
  package func forEach(_ body: (Int, UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { bytes in
      var start = start
      for (index, end) in ends.enumerated() where end >= 0 {
        body(index, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        start = end
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

  private static func place(_ end: Int) -> Int { end >= 0 ? end : ~end }
}
