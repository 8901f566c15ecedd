import Testing

@testable import Redis

@Suite("ReplyParser")
struct ReplyParserTests {
  static let transcript =
    "+OK\r\n-ERR no\r\n:-9223372036854775808\r\n$-1\r\n$0\r\n\r\n$7\r\nа\r\nб\0\r\n*0\r\n*-1\r\n"
    + "*2\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\ne\r\n$1\r\nv\r\n*2\r\n$3\r\n1-2\r\n*4\r\n:1\r\n$-1\r\n-X y\r\n*1\r\n*0\r\n+end\r\n"
  static let values = [
    "+OK", "-ERR no", ":-9223372036854775808", "null", "\"\"", "\"а\r\nб\0\"", "[]", "null",
    "[[\"1-1\" [\"e\" \"v\"]] [\"1-2\" [:1 null -X y [[]]]]]", "+end",
  ]

  @Test("reads every kind, split at every byte")
  func splits() throws {
    let bytes = Array(Self.transcript.utf8)
    for split in 0...bytes.count {
      var parser = ReplyParser()
      let values = try parser.replies(bytes[..<split]) + parser.replies(bytes[split...])
      #expect(values == Self.values)
    }
    var parser = ReplyParser()
    var values: [String] = []
    for byte in bytes { values += try parser.replies([byte]) }
    #expect(values == Self.values)
  }

  @Test("single texts and numbers between others, split at every byte")
  func plainReplies() throws {
    let transcript =
      "$0\r\n\r\n:0\r\n$7\r\nа\r\nб\0\r\n:999999999999999\r\n:9223372036854775807\r\n:-1\r\n$-1\r\n*1\r\n:1\r\n"
      + "$12\r\nabcdefghijkl\r\n+OK\r\n:3\r\n$1\r\n:\r\n"
    let expected = [
      "\"\"", ":0", "\"а\r\nб\0\"", ":999999999999999", ":9223372036854775807", ":-1", "null", "[:1]",
      "\"abcdefghijkl\"", "+OK", ":3", "\":\"",
    ]
    let bytes = Array(transcript.utf8)
    for split in 0...bytes.count {
      for end in split...bytes.count {
        var parser = ReplyParser()
        var values: [String] = []
        for piece in [bytes[..<split], bytes[split..<end], bytes[end...]] { values += try parser.replies(piece) }
        #expect(values == expected)
      }
    }
    var parser = ReplyParser()
    var values: [String] = []
    for byte in bytes { values += try parser.replies([byte]) }
    #expect(values == expected)
  }

  @Test("a batch of requests gets the same replies however they arrive, errors inside it included")
  func batches() throws {
    let bytes = Array("$3\r\n1-1\r\n-OOM command not allowed\r\n:1\r\n+PONG\r\n-ERR a\r\n*1\r\n:2\r\n".utf8)
    let expected = ["1.0=\"1-1\"", "1.1=-OOM command not allowed", "1.2=:1", "2.0=+PONG", "3.0=-ERR a", "3.1=[:2]"]
    for split in 0...bytes.count {
      let log = ReplyLog()
      var machine = PipelineStateMachine.ready()
      for (tag, commands) in [(1, 3), (2, 1), (3, 2)] {
        try machine.send(commands: commands, tag: UInt64(tag), to: log)
      }
      var parser = ReplyParser()
      for piece in [bytes[..<split], bytes[split...]] {
        try parser.feed(piece) { reply in
          if case .deliver(let handler, let index) = machine.replied() { handler.redisReplied(reply, index: index) }
          return true
        }
      }
      #expect(log.lines == expected)
    }
  }

  @Test(
    "what isn't RESP2 is an error, and stays one",
    arguments: [
      "?\r\n", "HTTP/1.1 200 OK\r\n", ":12x\r\n", ":\r\n", ":007\r\n", ":9223372036854775808\r\n",
      ":1\rx", "$-2\r\n", "$1\r\nab\r\n", "$536870913\r\n", "*16777217\r\n", "*-2\r\n",
      ":123456789012345678901", "$02\r\nab\r\n", "%1\r\n",
      String(repeating: "*1\r\n", count: 9),
    ]
  )
  func notRESP(text: String) throws {
    var parser = ReplyParser()
    for text in [text, "+OK\r\n", ":1\r\n", "$2\r\nOK\r\n"] {
      var failure: RedisClientError?
      do { _ = try parser.replies(text.utf8) } catch { failure = error as? RedisClientError }
      guard case .protocolError(let reason) = failure else {
        Issue.record("no protocol error for \(text)")
        continue
      }
      #expect(!reason.isEmpty)
    }
  }

  @Test("arrays nest 7 deep")
  func depth() throws {
    var parser = ReplyParser()
    let values = try parser.replies((String(repeating: "*1\r\n", count: 7) + ":1\r\n").utf8)
    #expect(values == ["[[[[[[[:1]]]]]]]"])
  }

  @Test("stops when told to")
  func stops() throws {
    var count = 0
    var parser = ReplyParser()
    try parser.feed("+a\r\n+b\r\n+c\r\n".utf8) { _ in
      count += 1
      return count < 2
    }
    #expect(count == 2)
  }

  @Test("looks at a reply without keeping it")
  func borrowing() throws {
    var seen: [String] = []
    var parser = ReplyParser()
    try parser.feed("*4\r\n:5\r\n$2\r\nab\r\n-ERR bad thing\r\n$-1\r\n".utf8) { reply in
      seen.append("\(reply.kind) \(reply.count) \(reply.isError) \(reply.integer ?? -1) \(reply.string ?? "-")")
      reply.forEach { element in
        let bytes = element.withBytes { $0.count }
        seen.append("\(element.kind) \(element.count) \(bytes) \(element.integer ?? -1) \(element.errorCode ?? "-")")
      }
      for index in -1...4 { seen.append(reply.withElement(index) { "\($0.kind)" } ?? "none") }
      return true
    }
    #expect(
      seen == [
        "array 4 false -1 -", "integer 0 0 5 -", "string 0 2 -1 -", "error 0 13 -1 ERR", "null 0 0 -1 -", "none",
        "integer", "string", "error", "null", "none",
      ]
    )
  }

  @Test("the memory of a huge reply is used by the next ones, which are right")
  func hugeThenSmall() throws {
    var bytes = Array("*300000\r\n".utf8)
    for number in 0..<300_000 { bytes += Array("$6\r\n\(number + 100_000)\r\n".utf8) }
    bytes += Array("*2\r\n:1\r\n$1\r\n2\r\n".utf8)
    var parser = ReplyParser()
    for _ in 0..<2 {
      var sums: [Int64] = []
      try parser.feed(bytes) { reply in
        var sum: Int64 = 0
        reply.forEach { sum += $0.integer ?? $0.string.flatMap { Int64($0) } ?? 0 }
        sums.append(sum)
        return true
      }
      #expect(sums == [(100_000..<400_000).reduce(0, +), 3])
    }
  }
}
