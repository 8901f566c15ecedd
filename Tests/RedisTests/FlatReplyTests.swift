import Testing

@testable import Redis

/// Arrays of texts, and what isn't one: how long an array is, is Redis's to say.
@Suite struct FlatReplyTests {
  private func flat(_ text: String) throws -> FlatReply {
    var flat: FlatReply?
    try ReplyReader.make().feed(text.utf8) { reply in
      flat = FlatReply(reply)
      return true
    }
    return try #require(flat)
  }

  private func texts(_ reply: FlatReply, _ indices: ClosedRange<Int>) -> [String?] {
    indices.map { reply[$0].map { String(decoding: $0, as: UTF8.self) } }
  }

  @Test func whatIsNotThereIsNil() throws {
    let reply = try flat("*3\r\n$1\r\na\r\n$-1\r\n$2\r\nbc\r\n")
    #expect(reply.count == 3)
    #expect(texts(reply, -2...5) == [nil, nil, "a", nil, "bc", nil, nil, nil])
    #expect(reply[.max] == nil && reply[.min] == nil)
  }

  @Test(arguments: [
    ("*0\r\n", 0), ("*-1\r\n", 1), ("$-1\r\n", 1), (":-7\r\n", 1), ("-ERR no\r\n", 1), ("+OK\r\n", 1),
    ("$0\r\n\r\n", 1), ("*2\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n", 2), ("*1\r\n*0\r\n", 1),
    ("*2\r\n:5\r\n$-1\r\n", 2),
  ])
  func anyReplyCanBeAsked(text: String, count: Int) throws {
    let reply = try flat(text)
    #expect(reply.count == count)
    for index in -1...3 { _ = reply[index] }
    reply.forEach { _, _ in }
    reply.forEachPair { _, _ in }
  }
}
