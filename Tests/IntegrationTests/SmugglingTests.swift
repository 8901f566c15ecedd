import HowUsedModel
import TestSupport
import Testing

/// Two readers of one connection, a proxy and this server, must never see different requests in it. Each of these is either
/// refused, which ends the connection, or understood in the one way that RFC 9112 leaves; and what is hidden in a body is
/// never a request.
@Suite struct SmugglingTests {
  private struct Example {
    let name: String
    let bytes: [UInt8]
    /// The answers' statuses. After a single 400 the connection ends.
    let statuses: [Int]

    init(_ name: String, _ text: String, _ statuses: Int...) {
      self.name = name
      bytes = Array(text.utf8)
      self.statuses = statuses
    }
  }

  private static let event = HTTPFormTests.event(1)
  private static let length = event.utf8.count
  private static let hidden = HTTPFormTests.request(HTTPFormTests.event(666))
  private static let start = "POST /api HTTP/1.1\r\nHost: a\r\n"

  /// A request with these lines of its head besides the first two, each with its end, and this body.
  private static func request(_ lines: String, _ body: String = event) -> String { "\(start)\(lines)\r\n\(body)" }

  private static func chunked(_ body: String = event) -> String {
    "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
  }

  // MARK: Lengths

  private static let lengths: [Example] = {
    let chunks = chunked()
    let both = "Content-Length: \(length)\r\nTransfer-Encoding: chunked\r\n"
    let reversed = "Transfer-Encoding: chunked\r\nContent-Length: \(5 + hidden.utf8.count)\r\n"
    let two = "Content-Length: \(length)\r\nContent-Length: \(length + hidden.utf8.count)\r\n"
    var all = [
      Example("both lengths", request(both, chunks), 400),
      Example("both lengths, reversed", request(reversed, "0\r\n\r\n\(hidden)"), 400),
      Example("both lengths in HTTP/1.0", "POST /api HTTP/1.0\r\nHost: a\r\n\(both)\r\n\(chunks)", 400),
      Example("two lengths", request(two, event + hidden), 400),
      Example("one length twice", request("Content-Length: \(length)\r\nContent-Length: \(length)\r\n"), 400),
      Example("a list of one length", request("Content-Length: \(length), \(length)\r\n"), 400),
      // There is no body without one; what follows is the next request.
      Example("no length", "\(start)\r\n" + HTTPFormTests.request(event), 400, 200),
      Example("another field's name", request("Content_Length: 9\r\n", HTTPFormTests.request(event)), 400, 200),
    ]
    let bad = [
      "+\(length)", "-\(length)", "0x6e", "\(length);", "\(length).0", "1 \(length)", "1_0", "", "\u{B2}",
      "18446744073709551616", "1844674407370955\(1616 + length)", "\(length)\0", "\u{B}\(length)",
    ]
    all += bad.map { Example("length \($0.debugDescription)", request("Content-Length: \($0)\r\n"), 400) }
    let good = ["\(length) ", "\t\(length)", "0\(length)", "000000000000000000000\(length)"]
    all += good.map { Example("length \($0.debugDescription)", request("Content-Length: \($0)\r\n"), 200) }
    return all
  }()

  private static let codings: [Example] = {
    let bad = [
      "xchunked", "chunked, identity", "identity", "identity, chunked", "gzip, chunked", "chunked, chunked",
      "\"chunked\"",
      "chunked;q=1", "chunked, ", "", "\u{B}chunked", "chunked\0", "chunked\r\nTransfer-Encoding: chunked",
      "identity\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: identity",
    ]
    let good = ["chunked", "Chunked", "CHUNKED", " chunked", "\tchunked", "chunked "]
    let old = "POST /api HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
    let small = "POST /api HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
    return bad.map { Example("coding \($0.debugDescription)", request("Transfer-Encoding: \($0)\r\n", chunked()), 400) }
      + good.map { Example("coding \($0.debugDescription)", request("Transfer-Encoding: \($0)\r\n", chunked()), 200) }
      + [
        Example("chunks in HTTP/1.0", old + chunked() + hidden, 400),
        Example("names in lower case", small + chunked(), 200),
      ]
  }()

  // MARK: Lines

  private static let lines: [Example] = {
    let own = "Content-Length: \(length)\r\n"
    let inside = "Content-Length: \(length)"
    let whole = request(own)
    return [
      Example("a field in two lines", request("X: a\r\n b\r\n\(own)"), 400),
      Example("a length in two lines", request("Content-Length:\r\n \(length)\r\n"), 400),
      Example("a length with a second line", request("\(own) 0\r\n"), 400),
      Example("a coding in two lines", request("Transfer-Encoding:\r\n chunked\r\n", chunked()), 400),
      Example("a space before the first field", "POST /api HTTP/1.1\r\n Host: a\r\n\(own)\r\n\(event)", 400),
      Example("no CR at all", (start + own + "\r\n").replacing("\r\n", with: "\n") + event, 400),
      Example("no CR behind the request line", "POST /api HTTP/1.1\nHost: a\r\n\(own)\r\n\(event)", 400),
      Example("no CR behind a field", "POST /api HTTP/1.1\r\nHost: a\n\(own)\r\n\(event)", 400),
      Example("no CR in the empty line", "\(start)\(own)\n\(event)", 400),
      Example("no CR at the head's end", "\(start)\(inside)\n\n\(event)", 400),
      Example("a CR in a field", request("X: a\rContent-Length: 0\r\n\(own)"), 400),
      Example("a CR for a line's end", request("X: a\r\(own)"), 400),
      Example("two CR", request("X: a\r\r\n\(own)"), 400),
      Example("NUL in a field", request("X: a\0b\r\n\(own)"), 400),
      Example("NUL in a name", request("X\0: ab\r\n\(own)"), 400),
      Example("a space before a length's colon", request("Content-Length : \(length)\r\n"), 400),
      Example("a tab before a colon", request("X\t: 1\r\n\(own)"), 400),
      Example("a space before a coding's colon", request("Transfer-Encoding : chunked\r\n\(own)"), 400),
      Example("a space in a name", request("X Y: 1\r\n\(own)"), 400),
      Example("no colon", request("XY\r\n\(own)"), 400),
      Example("no name", request(": x\r\n\(own)"), 400),
      Example("two hosts", request("Host: a\r\n\(own)"), 400),
      Example("a list of hosts", "POST /api HTTP/1.1\r\nHost: a, b\r\n\(own)\r\n\(event)", 400),
      Example("a host with a space", "POST /api HTTP/1.1\r\nHost: a b\r\n\(own)\r\n\(event)", 400),
      Example("a host with a path", "POST /api HTTP/1.1\r\nHost: a/b\r\n\(own)\r\n\(event)", 400),
      Example("a host with a user", "POST /api?x HTTP/1.1\r\nHost: b@a\r\n\(own)\r\n\(event)", 400),
      Example("a host of another kind", "POST /api HTTP/1.1\r\nHost: [::1]:80\r\n\(own)\r\n\(event)", 200),
      Example("an empty line in front", "\r\n" + whole, 200),
    ]
      + [
        " POST /api HTTP/1.1", "POST\t/api HTTP/1.1", "POST /api HTTP/1.1 ", "POST /api http/1.1", "POST /api HTTP/1.2",
        "POST /api HTTP/2.0", "POST /api HTTP/1.", "POST /api HTTP/11", "POST /api HTTP/0.9", "POST /api",
        "post /api HTTP/1.1",
        "POST /a\0pi HTTP/1.1", "POST /a\rpi HTTP/1.1", "PRI * HTTP/2.0",
      ].map { Example("line \($0.debugDescription)", "\($0)\r\nHost: a\r\n\(own)\r\n\(event)", 400) }
  }()

  // MARK: Chunks

  private static let chunks: [Example] = {
    let size = String(length, radix: 16)
    let end = "\r\n\(event)\r\n0\r\n\r\n"
    let refused = [
      "0x\(size)\(end)", "+\(size)\(end)", "-\(size)\(end)", " \(size)\(end)", "\(size) \(end)", "\(size)\t\(end)",
      "\(size) 1\(end)", end, "g\(end)", "1" + String(repeating: "0", count: 16 - size.count) + "\(size)\(end)",
      "fffffffffffffffff\(end)", "\(size);a\rb\(end)", "\(size);a\0b\(end)", "\(size);a\n\(event)\r\n0\r\n\r\n",
      "\(size)\n\(event)\r\n0\r\n\r\n", "\(size)\r\n\(event)\n0\r\n\r\n", "\(size)\r\n\(event)0\r\n\r\n",
      "\(size)\r\n\(event)x\r\n0\r\n\r\n", "\(size)\r\n\(event)\r\n0\n\n", "\(size)\r\n\(event)\r\n0\r\n\n",
      "\(size)\r\n\(event)\r\n0\r\nContent-Length: 5\r\n\r\n",
      "\(size)\r\n\(event)\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
      "\(size)\r\n\(event)\r\n0\r\nX: 1\n\r\n", "\(size)\r\n\(event)\r\n0\r\nX : 1\r\n\r\n",
    ]
    let understood = [
      size + end, "\(size);a=b\(end)", "\(size);a=\"b;c\"\(end)", "000000\(size)\(end)", size.uppercased() + end,
      "\(size)\r\n\(event)\r\n000\r\n\r\n", "\(size)\r\n\(event)\r\n0\r\nX: 1\r\n\r\n",
    ]
    // More than was sent: it's waited for, and nothing is known of the request until then.
    let waited = ["ffffffffffffffff\(end)", "8000000000000000\(end)", "ffff\(end)\(hidden)"]
    func example(_ body: String, _ statuses: [Int]) -> Example {
      let whole = request("Transfer-Encoding: chunked\r\n", body)
      return statuses.first.map { Example("chunks \(body.debugDescription)", whole, $0) }
        ?? Example("chunks \(body.debugDescription)", whole)
    }
    return refused.map { example($0, [400]) } + understood.map { example($0, [200]) } + waited.map { example($0, []) }
  }()

  // MARK: Hidden requests

  private static let hiding: [Example] = {
    let own = "Host: a\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n\(hidden)"
    let chunks = "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunked(hidden))"
    let upgrade = "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: \(length)\r\n"
    return [
      Example("in a body", "POST /api HTTP/1.1\r\n\(own)" + HTTPFormTests.request(event), 400, 200),
      Example("in chunks", "POST /api HTTP/1.1\r\n\(chunks)" + HTTPFormTests.request(event), 400, 200),
      Example("in the body of a GET", "GET /elsewhere HTTP/1.1\r\n\(own)", 200),
      Example("in chunks of a GET", "GET /elsewhere HTTP/1.1\r\n\(chunks)", 200),
      Example("in the body of a HEAD", "HEAD /elsewhere HTTP/1.1\r\n\(own)", 200),
      Example("in the body of another method", "PUT /api HTTP/1.1\r\n\(own)", 405),
      Example("in the body for no address", "POST /nowhere HTTP/1.1\r\n\(chunks)", 404),
      Example("in a body that is too long", request("Content-Length: 2000000\r\n", hidden), 413),
      Example("behind another protocol", request(upgrade, event + hidden), 200),
      Example("in a tunnel", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n\(hidden)", 404),
      Example("behind the last", request("Connection: close\r\nContent-Length: \(length)\r\n", event + hidden), 200),
      Example(
        "behind a last one",
        request("Connection: x, close\r\nContent-Length: \(length)\r\n", event + hidden),
        200
      ),
      Example("behind HTTP/1.0", "POST /api HTTP/1.0\r\nContent-Length: \(length)\r\n\r\n\(event)\(hidden)", 200),
    ]
  }()

  @Test func lengthsAreRefusedOrUnderstood() async throws { try await Self.check(Self.lengths) }
  @Test func codingsAreRefusedOrUnderstood() async throws { try await Self.check(Self.codings) }
  @Test func linesAreRefusedOrUnderstood() async throws { try await Self.check(Self.lines) }
  @Test func chunksAreRefusedOrUnderstood() async throws { try await Self.check(Self.chunks) }
  @Test func whatIsHiddenInABodyIsNoRequest() async throws { try await Self.check(Self.hiding) }

  /// Sends each at once and in two pieces.
  private static func check(_ examples: [Example]) async throws {
    try await APIServer.with { server async throws in
      var random = SplitMix64(state: TestRun.seed())
      var stored = 0
      var open: [(example: Example, connection: SmuggledConnection)] = []
      for example in examples {
        for cut in [0, Int.random(in: 1..<example.bytes.count, using: &random)] {
          let connection = try SmuggledConnection(port: server.port)
          connection.socket.send(Array(example.bytes[..<cut]))
          if cut > 0 { try await Task.sleep(for: .milliseconds(2)) }
          connection.socket.send(Array(example.bytes[cut...]))
          let isAnswered = try await eventually {
            connection.read()
            // Of several answers a refusal may be the first.
            return connection.statuses.count >= example.statuses.count
              && (connection.isClosed || example.statuses != [400])
          }
          #expect(isAnswered, "\(example.name), cut at \(cut): \(connection.text)")
          // Of a body that was read as one.
          stored += example.statuses.filter { $0 == 200 && !example.name.contains("of a ") }.count
          open.append((example, connection))
        }
      }
      let isStored = try await eventually { try await server.fragments().count == stored }
      for (example, connection) in open {
        connection.read()
        #expect(connection.statuses == example.statuses, "\(example.name): \(connection.text)")
      }
      let fragments = try await server.fragments()
      #expect(isStored, "\(fragments.count) instead of \(stored)")
      #expect(fragments.allSatisfy { !$0.contains("666") }, "a hidden request was executed")
    }
  }
}

/// One connection and what has come of it.
private final class SmuggledConnection {
  let socket: RawSocket
  private(set) var text = ""
  private(set) var isClosed = false

  init(port: Int) throws { socket = try RawSocket(port: port) }

  func read() {
    while !isClosed {
      switch socket.receive() {
      case .bytes(let bytes): text += String(decoding: bytes, as: UTF8.self)
      case .nothingYet: return
      case .closed: isClosed = true
      }
    }
  }

  var statuses: [Int] { text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) } }
}
