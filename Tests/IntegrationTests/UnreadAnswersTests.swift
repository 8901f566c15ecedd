import TestSupport
import Testing

@Suite struct UnreadAnswersTests {
  private let noToken = Array(
    HTTPFormTests.request(#"{"botId":1,"requestType":"getOnline"}"#).utf8
  )
  private let notJSON = Array(HTTPFormTests.request("{").utf8)

  /// A client that sends and never reads must not make the server gather its answers without end. When it reads after
  /// all, nothing is lost, told twice or out of order, though the socket took an answer by pieces.
  @Test func whoeverDoesNotReadIsNotReadFrom() async throws {
    try await APIServer.with { server async throws in
      let flood = Array(repeating: noToken + notJSON, count: 1000).flatMap { $0 }
      let connection = try RawSocket(port: server.port, receiveBuffer: 4096)
      // A second without room in the socket means that the server has stopped reading.
      connection.limitSending(seconds: 1)
      var sent = 0
      let most = 100 << 20
      while sent < most {
        let count = connection.send(Array(flood[(sent % flood.count)...]))
        guard count > 0 else { break }
        sent += count
      }
      #expect(sent < most, "everything was read though nothing was taken")
      #expect(try await server.event(1) == #"200 {"ok":true}"#, "others are served")

      connection.finishSending()
      var answers: [UInt8] = []
      let ended = try await eventually(within: .seconds(60), every: .milliseconds(1)) {
        while true {
          switch connection.receive() {
          case .bytes(let bytes): answers += bytes
          case .nothingYet: return false
          case .closed: return true
          }
        }
      }
      #expect(ended)
      // Each ends with its body's brace, and begins with HTTP/1.1 and the status.
      let statuses = answers.split(separator: UInt8(ascii: "}")).map { String(decoding: $0.prefix(12), as: UTF8.self) }
      let (pairs, rest) = sent.quotientAndRemainder(dividingBy: noToken.count + notJSON.count)
      #expect(statuses.count == 2 * pairs + (rest >= noToken.count ? 1 : 0))
      let expected = statuses.indices.map { $0.isMultiple(of: 2) ? "HTTP/1.1 401" : "HTTP/1.1 400" }
      #expect(statuses == expected)
    }
  }
}
