import HowUsedModel
import HowUsedServer
import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestSupport
import Testing

/// Whatever the recogniser takes, SwiftNIO's decoder must read the same way: the same body, the same end, and whether
/// another request may follow.
@Suite struct RecognizerOracleTests {
  @Test func neverDisagreesWithTheDecoder() throws {
    var random = SplitMix64(state: TestRun.seed())
    var recognised = 0
    var last = 0
    for _ in 0..<100_000 {
      let bytes = Self.generate(&random)
      guard case .request(let request) = bytes.withUnsafeBytes(RequestRecognizer.recognize),
        request.length <= bytes.count
      else { continue }
      recognised += 1
      last += request.closes ? 1 : 0
      let first = Array(bytes[..<request.length])
      let bodies = [Array(first[request.headLength...])] + (request.closes ? [] : [Array("second".utf8)])
      #expect(try Self.decode(first, closes: request.closes) == bodies, "\(String(decoding: first, as: UTF8.self))")
    }
    #expect(recognised > 13_000, "only \(recognised) of the generated requests were recognised")
    #expect(last > 1_500, "only \(last) of them ask for the connection's end")
  }

  /// Where the bytes are cut means nothing: what is recognised of a part is recognised of all of it, and the decoder, which is
  /// given the same pieces, reads the same bodies.
  @Test func piecesMeanWhatTheWholeMeans() throws {
    var random = SplitMix64(state: TestRun.seed())
    var decided = 0
    for _ in 0..<100_000 {
      let bytes = Self.generate(&random)
      let whole = bytes.withUnsafeBytes(RequestRecognizer.recognize)
      let cuts = Self.cuts(of: bytes.count, &random)
      for cut in cuts {
        let part = Array(bytes[..<cut]).withUnsafeBytes(RequestRecognizer.recognize)
        guard part != .incomplete else { continue }
        decided += 1
        // A macro for each would take most of the time.
        if part != whole { Issue.record("\(String(decoding: bytes, as: UTF8.self)), cut at \(cut)") }
      }
      guard case .request(let request) = whole, request.length <= bytes.count else { continue }
      let bodies = [Array(bytes[request.headLength..<request.length])] + (request.closes ? [] : [Array("second".utf8)])
      let first = Array(bytes[..<request.length])
      let inside = cuts.filter { $0 <= first.count }
      #expect(try Self.decode(first, closes: request.closes, cuts: inside) == bodies, "cut at \(inside)")
    }
    #expect(decided > 50_000, "only \(decided) parts were enough to decide")
  }

  /// One to four places within `count` bytes, in order.
  private static func cuts(of count: Int, _ random: inout SplitMix64) -> [Int] {
    (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0...count, using: &random) }.sorted()
  }

  /// A head that is found again must be read as the recogniser would read it.
  @Test func aRecentHeadMeansWhatItMeant() throws {
    var random = SplitMix64(state: TestRun.seed())
    var recent = RequestHeadCache()
    var found = 0
    for _ in 0..<60_000 {
      let bytes = Self.generate(&random)
      bytes.withUnsafeBytes { bytes in
        let verdict = RequestRecognizer.recognize(bytes)
        if let head = recent.find(bytes) {
          found += 1
          guard case .request(let request) = verdict else {
            Issue.record("found, but not recognised: \(String(decoding: bytes, as: UTF8.self))")
            return
          }
          #expect(head.headLength == request.headLength && head.bodyLength == request.bodyLength)
          #expect(head.closes == request.closes)
        }
        if case .request(let request) = verdict { recent.add(bytes, request, .json) }
      }
    }
    #expect(found > 200, "only \(found) heads were found again")
  }

  /// The whole bodies that the decoder sees in `bytes` followed by a second request: it stands where the first one
  /// ended, and is refused behind one that closes.
  private static func decode(_ bytes: [UInt8], closes: Bool, cuts: [Int] = []) throws -> [[UInt8]] {
    let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
    let all = bytes + Array("POST /second HTTP/1.1\r\nContent-Length: 6\r\n\r\nsecond".utf8)
    let ends = cuts + [all.count]
    for (start, end) in zip([0] + cuts, ends.dropLast()) {
      try channel.writeInbound(ByteBuffer(bytes: all[start..<end]))
    }
    let last = ByteBuffer(bytes: all[(cuts.last ?? 0)...])
    if closes {
      #expect(throws: HTTPParserError.closedConnection) { try channel.writeInbound(last) }
    } else {
      try channel.writeInbound(last)
    }
    var bodies: [[UInt8]] = []
    var body: [UInt8] = []
    while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
      switch part {
      case .head(let head):
        body = []
        if bodies.count == 1 { #expect(head.uri == "/second") }
        if bodies.isEmpty { #expect(head.isKeepAlive != closes) }
      case .body(let part): body += Array(part.readableBytesView)
      case .end: bodies.append(body)
      }
    }
    _ = try channel.finish(acceptAlreadyClosed: true)
    return bodies
  }

  /// A request of the common form, in half of the cases with some bytes changed, dropped, doubled or put in.
  static func generate(_ random: inout SplitMix64) -> [UInt8] {
    let lines = [
      "POST /api HTTP/1.1", "POST / HTTP/1.1", "POST /bin/webhooks/6438/181/4opQGmB6OlHqqPRM HTTP/1.1",
      "POST /api HTTP/1.0",
    ]
    let fields = [
      "Host: b", "Accept: */*", "Connection: keep-alive", "Connection: Keep-Alive", "Connection: close", "X-Y_Z: 1, 2",
      "connection:close", "CONNECTION: CLOSE", "Connection:  Close", "Connection: close, x", "Connection: close ",
      "Content-Type: application/json", "Transfer-Encoding: chunked", "TE: trailers", "Upgrade: x", "Cookie: a=b; c=d",
      "Content-Encoding: gzip", "Keep-Alive: timeout=5", "Content-Length: 3", "Expect: 100-continue", "A:", "A:  x y ",
    ]
    let bodyLength = Int.random(in: 0...40, using: &random)
    var all = (0..<Int.random(in: 0...4, using: &random)).compactMap { _ in fields.randomElement(using: &random) }
    if Int.random(in: 0...9, using: &random) > 0 { all.append("Host: a") }
    all.insert("Content-Length: \(bodyLength)", at: Int.random(in: 0...all.count, using: &random))
    let line = lines.randomElement(using: &random) ?? lines[0]
    var bytes = Array(([line] + all).map { $0 + "\r\n" }.joined().utf8) + Array("\r\n".utf8)
    let headLength = bytes.count
    bytes += (0..<bodyLength).map { _ in UInt8.random(in: 0...255, using: &random) }
    guard Bool.random(using: &random) else { return bytes }
    let odd: [UInt8] = [0, 9, 10, 13, 32, 44, 48, 57, 58, 59, 127, 128, 255]
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0..<headLength - 4, using: &random)
      switch Int.random(in: 0...3, using: &random) {
      case 0: bytes[place] = odd.randomElement(using: &random) ?? 0
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(bytes[place], at: place)
      default: bytes.insert(odd.randomElement(using: &random) ?? 0, at: place)
      }
    }
    return bytes
  }
}
