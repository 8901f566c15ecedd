import HowUsedServer
import Testing

@Suite struct RequestRecognizerTests {
  static let body = #"{"botId":1,"apiToken":"t","requestType":"getOnline"}"#

  static func request(
    line: String = "POST /api HTTP/1.1",
    fields: [String] = ["Host: localhost", "Content-Type: application/json", "Content-Length: 52"],
    body: String = body
  ) -> [UInt8] {
    Array((([line] + fields).map { $0 + "\r\n" }.joined() + "\r\n" + body).utf8)
  }

  static func recognize(_ bytes: [UInt8]) -> RequestRecognizer.Verdict {
    bytes.withUnsafeBytes(RequestRecognizer.recognize)
  }

  @Test(arguments: ["/api", "/", "/bin/webhooks/6438/181/4opQGmB6OlHqqPRM"])
  func takesTheCommonForm(path: String) throws {
    let bytes = Self.request(line: "POST \(path) HTTP/1.1")
    guard case .request(let request) = Self.recognize(bytes) else {
      Issue.record("not recognised")
      return
    }
    #expect(request.length == bytes.count)
    #expect(request.bodyLength == Self.body.utf8.count)
    #expect(String(decoding: bytes[request.contentType], as: UTF8.self) == "application/json")
  }

  @Test func takesWhatCommonClientsSend() {
    let fields = [
      "Host: localhost:8080", "User-Agent: python-requests/2.31.0", "Accept-Encoding: gzip, deflate", "Accept: */*",
      "Connection: keep-alive", "Content-Length: 52", "Content-Type: application/x-www-form-urlencoded",
    ]
    guard case .request = Self.recognize(Self.request(fields: fields)) else {
      Issue.record("python-requests' form is not recognised")
      return
    }
  }

  @Test(arguments: ["Connection: close", "connection:close", "CONNECTION:   CLOSE", "Connection: Close"])
  func takesALastRequest(field: String) {
    guard case .request(let request) = Self.recognize(Self.request(fields: ["Host: a", "Content-Length: 52", field]))
    else {
      Issue.record("not recognised")
      return
    }
    #expect(request.closes)
  }

  @Test(arguments: [
    [], ["Connection: keep-alive"], ["Connection: keep-alive", "Connection: keep-alive"], ["X: close"],
    ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ"],
  ])
  func takesARequestThatIsNotTheLast(fields: [String]) {
    guard case .request(let request) = Self.recognize(Self.request(fields: ["Host: a", "Content-Length: 52"] + fields))
    else {
      Issue.record("not recognised")
      return
    }
    #expect(!request.closes)
  }

  @Test(arguments: 0..<Self.request().count)
  func aPrefixIsIncompleteUntilTheHeadIsThere(length: Int) {
    let bytes = Self.request()
    let headLength = bytes.count - Self.body.utf8.count
    let verdict = Self.recognize(Array(bytes[..<length]))
    if length < headLength {
      #expect(verdict == .incomplete)
    } else {
      guard case .request(let request) = verdict else {
        Issue.record("the head is there")
        return
      }
      #expect(request.headLength == headLength)
    }
  }

  @Test(arguments: [
    ["Content-Length: 52", "Content-Length: 52"],
    ["Content-Length: 52", "content-length: 5"],
    ["Content-Length: 52,52"],
    ["Content-Length: +52"],
    ["Content-Length: 0x34"],
    ["Content-Length: 52 "],
    ["Content-Length: "],
    ["Content-Length: 1048577"],
    ["Content-Length: 99999999999999999999"],
    ["Content-Length : 52"],
    [" Content-Length: 52"],
    ["Content-Length: 52", " folded: value"],
    ["Content-Length: 52", "Transfer-Encoding: chunked"],
    ["Content-Length: 52", "transfer-encoding: identity"],
    ["Content-Length: 52", "Expect: 100-continue"],
    ["Content-Length: 52", "Upgrade: websocket"],
    ["Content-Length: 52", "Connection: upgrade"],
    ["Content-Length: 52", "Host: b"],
    ["Content-Length: 52", "Connection: close", "Connection: close"],
    ["Content-Length: 52", "Connection: close", "Connection: keep-alive"],
    ["Content-Length: 52", "Connection: keep-alive", "Connection: close"],
    ["Content-Length: 52", "Connection: close, te"],
    ["Content-Length: 52", "Connection: keep-alive, close"],
    ["Content-Length: 52", "Connection: close "],
    ["Content-Length: 52", "Connection: closed"],
    ["Content-Length: 52", "Connection:"],
    ["Content-Length: 52", "Connection: keep-alive, upgrade"],
    ["Content-Length: 52", "Proxy-Connection: close"],
    ["Content-Length: 52", "Content-Encoding: gzip"],
    ["Content-Length: 52", "Trailer: x"],
    ["Content-Length: 52", "X: caf\u{e9}"],
    ["Content-Length: 52", "X: a\tb"],
    ["Content-Length: 52", "X: a\u{0}b"],
    ["Content-Length: 52", "X: a\rb"],
    ["Content-Length: 52", "X: a\nb"],
    ["Content-Length: 52", "X(1): a"],
    ["Content-Length: 52", ": a"],
    ["Content-Length: 52", "no colon"],
    ["X: without-a-length"],
  ])
  func handsOverWhatIsOpenToOpinion(fields: [String]) {
    #expect(Self.recognize(Self.request(fields: ["Host: a"] + fields)) == .handOver)
  }

  @Test func handsOverWhatHasNoHostOrTooManyFields() {
    #expect(Self.recognize(Self.request(fields: ["Content-Length: 52"])) == .handOver)
    let many = (1...63).map { "X-\($0): 1" }
    #expect(Self.recognize(Self.request(fields: ["Host: a", "Content-Length: 52"] + many)) == .handOver)
  }

  @Test(arguments: [
    "GET / HTTP/1.1", "POST /api HTTP/1.0", "POST /api?x=1 HTTP/1.1", "POST  /api HTTP/1.1", "post /api HTTP/1.1",
    "POST /health HTTP/1.1", "PUT /api HTTP/1.1", "POST http://h/api HTTP/1.1", "\r\nPOST /api HTTP/1.1",
  ])
  func handsOverOtherRequestLines(line: String) {
    #expect(Self.recognize(Self.request(line: line)) == .handOver)
  }

  @Test func handsOverAHeadThatIsTooLong() {
    let field = "X: " + String(repeating: "a", count: RequestRecognizer.maximumHead)
    #expect(Self.recognize(Self.request(fields: [field, "Content-Length: 52"])) == .handOver)
  }
}
