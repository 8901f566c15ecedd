import Testing

@Suite struct UnreadAnswersTests {
  /// A client that sends and never reads must not make the server gather its answers without end.
  @Test func whoeverDoesNotReadIsNotReadFrom() async throws {
    try await APIServer.with { server async throws in
      let request = Array(HTTPFormTests.request(#"{"botId":1,"apiToken":"wrong","requestType":"getOnline"}"#).utf8)
      let flood = Array(repeating: request, count: 1000).flatMap { $0 }
      let connection = try RawSocket(port: server.port)
      // A second without room in the socket means that the server has stopped reading.
      connection.limitSending(seconds: 1)
      var sent = 0
      let most = 100 << 20
      while sent < most {
        let count = connection.send(flood)
        guard count > 0 else { break }
        sent += count
      }
      #expect(sent < most, "everything was read though nothing was taken")
      #expect(try await server.event(1) == #"200 {"ok":true}"#, "others are served")
    }
  }
}
