/// Replies to commands that were sent together, each an array of texts: copied out of Redis's replies into a few pieces of
/// memory, however many there are.
package struct FlatReplies: Sendable, RandomAccessCollection {
  /// All texts behind each other.
  private var bytes: [UInt8] = []
  /// Where each text ends; negative (the complement of that) for what is nil.
  private var ends: [Int] = []
  /// Where each reply's texts end.
  private var bounds: [(ends: Int, bytes: Int)] = []

  package init() {}

  package var startIndex: Int { 0 }
  package var endIndex: Int { bounds.count }

  package subscript(index: Int) -> FlatReply {
    let start = index == 0 ? (ends: 0, bytes: 0) : bounds[index - 1]
    return FlatReply(bytes: bytes, start: start.bytes, ends: ends[start.ends..<bounds[index].ends])
  }

  mutating func append(_ reply: borrowing RedisReply) {
    defer { bounds.append((ends.count, bytes.count)) }
    guard reply.kind == .array else {
      if let number = reply.integer {
        bytes += String(number).utf8
      } else {
        reply.withBytes { bytes += $0 }
      }
      ends.append(reply.kind == .null ? ~bytes.count : bytes.count)
      return
    }
    // On the tape, the texts of an array that has no arrays in it lie behind each other.
    var texts = UnsafeRawBufferPointer(start: nil, count: 0)
    reply.forEach { element in
      if element.kind != .null {
        element.withBytes { text in
          guard let start = texts.baseAddress ?? text.baseAddress else { return }
          texts = UnsafeRawBufferPointer(start: start, count: texts.count + text.count)
        }
      }
      let end = bytes.count + texts.count
      ends.append(element.kind == .null ? ~end : end)
    }
    bytes += texts
  }
}
