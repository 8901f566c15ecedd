import HowUsedServer
import TestSupport
import Testing

/// Every form of HTTP request gets the same answers, whether the fast lane reads it or SwiftNIO's decoder does.
@Suite struct HTTPFormTests {
  static let getOnline = #"{"botId":1,"apiToken":"view-1","requestType":"getOnline"}"#

  static func event(_ user: Int) -> String {
    #"{"botId":1,"apiToken":"api-1","requestType":"event","event":"hello","userId":\#(user)}"#
  }

  static func request(_ body: String, fields: [String] = [], version: String = "1.1") -> String {
    (["POST /api HTTP/\(version)", "Host: a", "Content-Length: \(body.utf8.count)"] + fields)
      .joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  @Test func answersComeInTheOrderOfPipelinedRequests() async throws {
    try await APIServer.with { server async throws in
      let connection = try await server.connect()
      // An error is known at once, an event only when Redis has replied.
      let bodies = (1...100).flatMap { [Self.event($0), "{", Self.getOnline] }
      let answers = try await connection.send([bodies.map { Self.request($0) }.joined()], requests: 300)
      for index in stride(from: 0, to: 300, by: 3) {
        #expect(answers[index].body == #"{"ok":true}"#)
        #expect(answers[index + 1].status == 400)
        #expect(answers[index + 2].body.hasPrefix(#"{"ok":true,"onlineCount":"#))
      }
      #expect(try await server.online() == 100)
    }
  }

  @Test func aRequestMayArriveInAnyPieces() async throws {
    try await APIServer.with { server async throws in
      let connection = try await server.connect()
      // By bytes: "\r\n" is one Character.
      let whole = Array(Self.request(Self.event(5)).utf8)
      for cut in stride(from: 1, to: whole.count, by: 7) {
        let pieces = [whole[..<cut], whole[cut...]].map { String(decoding: $0, as: UTF8.self) }
        #expect(try await connection.send(pieces)[0].body == #"{"ok":true}"#)
      }
      let answer = try await connection.send(whole.map { String(decoding: [$0], as: UTF8.self) })
      #expect(answer[0].status == 200)
    }
  }

  @Test func theHandOverKeepsTheOrder() async throws {
    try await APIServer.with { server async throws in
      let connection = try await server.connect()
      let chunked = "POST /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      let body = Self.event(2)
      let size = String(body.utf8.count, radix: 16)
      let pieces = [
        Self.request(Self.event(1)), "\(chunked)\(size)\r\n\(body)\r\n0\r\n\r\n", Self.request(Self.getOnline),
        "GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n", Self.request(Self.event(3)),
      ]
      let answers = try await connection.send([pieces.joined()], requests: 5)
      let event = #"{"ok":true}"#
      #expect(answers.map(\.body) == [event, event, #"{"ok":true,"onlineCount":2}"#, "elsewhere", event])
      #expect(try await server.online() == 3)
    }
  }

  @Test func oldClientsAreAnsweredAndClosed() async throws {
    try await APIServer.with { server async throws in
      for fields in [["Connection: close"], []] {
        let connection = try await server.connect()
        let version = fields.isEmpty ? "1.0" : "1.1"
        let answers = try await connection.send([Self.request(Self.getOnline, fields: fields, version: version)])
        #expect(answers[0].status == 200)
        #expect(answers[0].headers["connection"] == "close")
        let isClosed = try await eventually { !connection.isOpen }
        #expect(isClosed)
      }
    }
  }

  @Test func aWaitingClientIsToldToGoOn() async throws {
    try await APIServer.with { server async throws in
      let connection = try await server.connect()
      let request = Self.request(Self.event(9), fields: ["Expect: 100-continue"])
      #expect(try await connection.send([request])[0].body == #"{"ok":true}"#)
    }
  }

  @Test func errorsSayWhatWouldBeRight() async throws {
    try await APIServer.with { server async throws in
      let cases: [(request: String, status: Int, word: String, field: (String, String)?)] = [
        ("PUT /api HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405, "method_not_allowed", ("allow", "POST")),
        ("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_allowed", ("allow", "POST")),
        ("GET /api HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_allowed", ("allow", "POST")),
        (
          "POST /elsewhere HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405, "method_not_allowed",
          ("allow", "GET, HEAD")
        ),
        ("TRACE /stats HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_allowed", ("allow", "GET, HEAD, OPTIONS")),
        ("QUERY /stats HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_allowed", ("allow", "GET, HEAD, OPTIONS")),
        ("PROPFIND /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_allowed", ("allow", "GET, HEAD")),
        ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404, "not_found", nil),
        ("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 404, "not_found", nil),
        (Self.request("<xml/>", fields: ["Content-Type: text/xml"]), 415, "unsupported_media_type", nil),
        (
          "POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413, "payload_too_large",
          ("connection", "close")
        ),
        (Self.request("x", fields: ["Content-Encoding: br"]), 400, "invalid_content_encoding", nil),
        (Self.request("x", fields: ["Content-Encoding: zstd"]), 400, "invalid_content_encoding", nil),
        (
          Self.request("xxxxxxxxxxxxxxxxxxxx", fields: ["Content-Encoding: gzip"]), 400, "invalid_content_encoding", nil
        ),
        ("nonsense\r\n\r\n", 400, "bad_request", ("connection", "close")),
        (Self.request("{}"), 400, "invalid_bot_id", nil),
      ]
      for example in cases {
        let connection = try await server.connect()
        let answer = try await connection.send([example.request])[0]
        #expect(answer.status == example.status, "\(example.request)")
        #expect(answer.body.contains(#""error":"\#(example.word)""#), "\(example.request) → \(answer.body)")
        #expect(answer.body.hasPrefix(#"{"ok":false,"error_code":\#(example.status),"#))
        #expect(answer.headers["content-type"] == "application/json")
        if let (name, value) = example.field { #expect(answer.headers[name] == value) }
        await connection.close()
      }
    }
  }

  @Test func aChunkedBodyIsBounded() async throws {
    try await APIServer.with { server async throws in
      let connection = try await server.connect()
      let chunk = String(repeating: "x", count: 65_536)
      let chunks = Array(repeating: "10000\r\n\(chunk)\r\n", count: 17)
      let answer = try await connection.send(
        ["POST /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"] + chunks
      )[0]
      #expect(answer.status == 413)
    }
  }

  /// Most HTTP libraries read nothing before they have sent everything.
  @Test func aClientThatSendsFarTooMuchStillGetsTheAnswer() async throws {
    try await APIServer.with { server async throws in
      let program = """
        import http.client
        client = http.client.HTTPConnection('127.0.0.1', \(server.port), timeout=20)
        client.request('POST', '/api', body=b'x' * 10_000_000)
        print(client.getresponse().read().decode())
        """
      let outcome = try await HowUsedProgram().shell("python3 -c \"\(program)\"")
      #expect(outcome.output.contains(#""error":"payload_too_large""#), "\(outcome.error)")
      #expect(try await server.event(1) == #"200 {"ok":true}"#)
    }
  }

  @Test(arguments: ["/api", "/", "/bin/webhooks/6438/181/4opQGmB6OlHqqPRM"])
  func everyPathOfTheAPIAnswers(path: String) async throws {
    try await APIServer.with { server async throws in
      #expect(try await server.post(Self.event(1), path: path) == #"200 {"ok":true}"#)
      // A query string takes the other way through the server; its parameters are not read.
      #expect(try await server.post(Self.event(1), path: path + "?botId=2") == #"200 {"ok":true}"#)
    }
  }
}
