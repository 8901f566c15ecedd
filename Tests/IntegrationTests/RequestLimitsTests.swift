import Foundation
import TestSupport
import Testing

/// What a stranger may send, and what it costs: forms of HTTP that are odd but legal are answered, the others refused.
@Suite struct RequestLimitsTests {
  static let ok = #"{"ok":true}"#
  static let noHost = "POST /api HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"

  /// Java's client offers HTTP/2 with every request on a plain connection, and goes on with HTTP/1.1 if it isn't taken up.
  @Test func anOfferedUpgradeIsNotTakenUp() async throws {
    try await APIServer.with { server async throws in
      let offer = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk"]
      let connection = try await server.connect()
      for user in 1...3 {
        let answer = try await connection.send([HTTPFormTests.request(HTTPFormTests.event(user), fields: offer)])[0]
        #expect(answer.body == Self.ok)
        #expect(answer.headers["connection"] == nil, "the connection stays")
      }
      // For the decoder that is behind, such a request is the last.
      for other in ["GET /elsewhere HTTP/1.1", "POST /api?x HTTP/1.1\r\nContent-Length: 0", "GET /stats HTTP/1.1"] {
        let connection = try await server.connect()
        let request = "\(other)\r\nHost: a\r\n\(offer.joined(separator: "\r\n"))\r\n\r\n"
        let answer = try await connection.send([request])[0]
        #expect(answer.status > 0)
        let isClosed = try await eventually { !connection.isOpen }
        #expect(isClosed, "\(other)")
      }
      #expect(try await server.online() == 3)
    }
  }

  @Test func headsAreBounded() async throws {
    try await APIServer.with { server async throws in
      let long = String(repeating: "x", count: 4096)
      let many = (1...65).map { "X-\($0): 1" }
      let cases: [(request: String, status: Int, word: String)] = [
        (Self.noHost, 400, "bad_request"),
        ("GET /stats HTTP/1.1\r\n\r\n", 400, "bad_request"),
        ("GET /stats HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "bad_request"),
        (HTTPFormTests.request("{}", fields: ["host: b"]), 400, "bad_request"),
        ("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n", 414, "address_too_long"),
        ("POST /api?\(long) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 414, "address_too_long"),
        (HTTPFormTests.request("{}", fields: many), 431, "head_too_large"),
        (HTTPFormTests.request("{}", fields: ["X: \(long)\(long)\(long)\(long)"]), 431, "head_too_large"),
        ("GET /stats HTTP/1.1\r\nHost: a\r\n\(many.joined(separator: "\r\n"))\r\n\r\n", 431, "head_too_large"),
      ]
      for example in cases {
        let connection = try await server.connect()
        let answer = try await connection.send([example.request])[0]
        #expect(answer.status == example.status, "\(example.request.prefix(60)) → \(answer.body)")
        #expect(answer.body.contains(#""error":"\#(example.word)""#), "\(example.request.prefix(60)) → \(answer.body)")
        await connection.close()
      }
    }
  }

  @Test func otherFormsOfAnAddressAndOlderClients() async throws {
    try await APIServer.with { server async throws in
      let event = HTTPFormTests.event(1)
      let length = "Content-Length: \(event.utf8.count)\r\n\r\n"
      for line in ["http://howused.example/api", "HTTP://a:80/api", "http://a/", "http://a", "https://a/api?x=1"] {
        let connection = try await server.connect()
        let answer = try await connection.send(["POST \(line) HTTP/1.1\r\nHost: a\r\n\(length)\(event)"])[0]
        #expect(answer.body == Self.ok, "\(line)")
        await connection.close()
      }
      let connection = try await server.connect()
      let there = try await connection.send(["GET http://a/elsewhere HTTP/1.1\r\nHost: a\r\n\r\n"])[0]
      #expect(there.body == "elsewhere")
      // An old client waits for no 100, and may be told nothing but the end of its connection.
      for line in ["POST /api HTTP/1.0\r\nExpect: 100-continue", "POST /api HTTP/1.0\r\nConnection: keep-alive"] {
        let socket = try RawSocket(port: server.port)
        socket.send(Array("\(line)\r\n\(length)\(event)".utf8))
        let text = try await Self.everything(socket)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(text)")
        #expect(text.contains("\r\nConnection: close\r\n"))
      }
      let socket = try RawSocket(port: server.port)
      socket.send(Array("GET /elsewhere HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".utf8))
      #expect(try await Self.everything(socket).hasSuffix("elsewhere"))
    }
  }

  /// What was sent until the end of the connection.
  static func everything(_ socket: RawSocket) async throws -> String {
    var bytes: [UInt8] = []
    let isClosed = try await eventually(within: .seconds(20)) {
      while true {
        switch socket.receive() {
        case .bytes(let more): bytes += more
        case .nothingYet: return false
        case .closed: return true
        }
      }
    }
    #expect(isClosed)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// No other route reads a body: who sends one slowly isn't waited for.
  @Test func aBodyThatNobodyReadsEndsItsConnection() async throws {
    try await APIServer.with { server async throws in
      for length in ["Content-Length: 1000000", "Transfer-Encoding: chunked"] {
        let socket = try RawSocket(port: server.port)
        socket.send(Array("POST /elsewhere HTTP/1.1\r\nHost: a\r\n\(length)\r\n\r\n".utf8))
        #expect(try await Self.everything(socket).hasPrefix("HTTP/1.1 405 "))
      }
    }
  }
}

/// Compressed bodies are expanded when they're there as a whole, into no more than they may become.
@Suite struct CompressedBodyTests {
  /// Sends what a program writes as a body, and returns what was answered.
  private static func post(_ server: APIServer, _ coding: String, _ python: String) async throws -> String {
    let program = """
      import gzip, zlib, http.client
      event = b'\(HTTPFormTests.event(1))'
      body = \(python)
      client = http.client.HTTPConnection('127.0.0.1', \(server.port), timeout=20)
      for turn in range(2):
        client.request('POST', '/api', body=body, headers={'Content-Encoding': '\(coding)', 'Content-Type': 'application/json'})
        answer = client.getresponse()
        print(answer.status, answer.read().decode())
      """
    let folder = try TemporaryFolder()
    try Data(program.utf8).write(to: URL(filePath: "\(folder.path)/post.py"))
    let outcome = try await HowUsedProgram().shell("python3 \(folder.path)/post.py")
    #expect(outcome.status == 0, "\(outcome.error)")
    return outcome.output
  }

  @Test(
    arguments: [
      ("gzip", "gzip.compress(event)"), ("x-gzip", "gzip.compress(event)"), ("deflate", "zlib.compress(event)"),
      ("deflate", "gzip.compress(event)"), ("gzip", "gzip.compress(event[:9]) + gzip.compress(event[9:])"),
      ("gzip", "gzip.compress(event) + gzip.compress(b'')"),
    ]
  )
  func wholeBodiesAreRead(coding: String, python: String) async throws {
    try await APIServer.with { server async throws in
      let answers = try await Self.post(server, coding, python)
      #expect(answers == "200 {\"ok\":true}\n200 {\"ok\":true}\n")
      #expect(try await server.fragments().count == 2)
    }
  }

  /// Nothing is stored of a body that isn't whole, and the connection goes on: who retries counts nothing twice.
  @Test(
    arguments: [
      ("gzip", "gzip.compress(event)[:-1]"), ("gzip", "gzip.compress(event)[:-9]"),
      ("gzip", "gzip.compress(event)[:9]"),
      ("gzip", "gzip.compress(event) + b'x'"), ("gzip", "gzip.compress(event) + gzip.compress(event)[:-1]"),
      ("deflate", "zlib.compress(event) + zlib.compress(b'')"), ("deflate", "zlib.compress(event)[:-1]"),
      ("gzip", "b''"), ("zstd", "b''"), ("gzip", "event"), ("zstd", "gzip.compress(event)"),
    ]
  )
  func whatIsNotWholeIsRefused(coding: String, python: String) async throws {
    try await APIServer.with { server async throws in
      let answers = try await Self.post(server, coding, python).split(separator: "\n")
      #expect(answers.count == 2)
      for answer in answers {
        #expect(answer.hasPrefix(#"400 {"ok":false,"error_code":400,"error":"invalid_content_encoding""#), "\(answer)")
      }
      #expect(try await server.fragments().isEmpty)
    }
  }

  /// 1,000 bytes may not become a million.
  @Test func aSmallBodyExpandsToLittle() async throws {
    try await APIServer.with { server async throws in
      let answers = try await Self.post(server, "gzip", "gzip.compress(event[:-1] + b' ' * 500000 + b'}')")
      #expect(answers.hasPrefix("413 "), "\(answers)")
      #expect(answers.contains("200 times its size"))
      // As dense as batches get.
      let items =
        "b','.join(b'{\"event\":\"hello\",\"userId\":%d,\"param_1\":\"' % n + b'x' * 256 + b'\"}' for n in range(1, 1001))"
      let batch = "b'{\"botId\":1,\"apiToken\":\"api-1\",\"requestType\":\"events\",\"events\":[' + \(items) + b']}'"
      let accepted = try await Self.post(server, "gzip", "gzip.compress(\(batch))")
      #expect(accepted.hasPrefix(#"200 {"ok":true,"accepted":1000}"#), "\(accepted)")
    }
  }

  /// Unfinished bodies hold only what was sent of them, all together no more than the server has for them, and small requests
  /// of others don't notice.
  @Test func unfinishedBodiesAreBounded() async throws {
    try await APIServer.with { server async throws in
      let part = String(repeating: "x", count: 900_000)
      var open: [RawSocket] = []
      // Two ways: the fast lane's, and the decoder's.
      for number in 0..<120 {
        let socket = try RawSocket(port: server.port)
        socket.limitSending(seconds: 5)
        let line = number % 2 == 0 ? "/api" : "/api?x"
        socket.send(Array("POST \(line) HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n\(part)".utf8))
        open.append(socket)
      }
      let isRefused = try await eventually {
        open.contains { socket in
          guard case .bytes(let bytes) = socket.receive() else { return false }
          return String(decoding: bytes, as: UTF8.self).hasPrefix("HTTP/1.1 503 ")
        }
      }
      #expect(isRefused)
      #expect(try await server.event(1) == #"200 {"ok":true}"#)
      open.removeAll()
      let isFree = try await eventually {
        try await server.post(HTTPFormTests.event(2) + String(repeating: " ", count: 900_000)) == #"200 {"ok":true}"#
      }
      #expect(isFree)
    }
  }
}

/// Who has begun a request ends it soon, or loses the connection.
@Suite struct SlowHeadTests {
  @Test(arguments: [
    "POST /api HTTP/1.1\r\nHos", "GET /stats HTTP/1.1\r\nHos", "GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\nGE",
  ])
  func aHeadHasADeadline(begin: String) async throws {
    try await APIServer.with { server async throws in
      let socket = try RawSocket(port: server.port)
      socket.send(Array(begin.utf8))
      // A byte a second, as a connection that is only slow would.
      let isClosed = try await eventually(within: .seconds(60)) {
        socket.send([UInt8(ascii: "x")])
        try await Task.sleep(for: .seconds(1))
        if case .closed = socket.receive() { return true }
        return false
      }
      #expect(isClosed)
    }
  }
}
