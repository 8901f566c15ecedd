import Foundation
import HowUsedStore
import TestSupport
import Testing

/// Who has no good token, or too many connections, costs others nothing.
@Suite struct StrangerTests {
  private static func getOnline(_ token: String) -> String {
    HTTPFormTests.request(#"{"botId":1,"apiToken":"\#(token)","requestType":"getOnline"}"#)
  }

  /// The right token from the same address is answered at once.
  @Test(arguments: ["body", "address"])
  func guessingIsSlow(place: String) async throws {
    try await APIServer.with { server async throws in
      let guesses = try await server.connect()
      func guess(_ number: Int) async throws -> Duration {
        let start = ContinuousClock.now
        let request =
          place == "body"
          ? Self.getOnline("guess-\(number)") : "GET /online?id=1&token=guess-\(number) HTTP/1.1\r\nHost: a\r\n\r\n"
        let answer = try await guesses.send([request])[0]
        #expect(answer.status == 401, "\(answer.body)")
        return ContinuousClock.now - start
      }
      if place == "address" { try await server.registry.refresh() }
      for number in 1...30 { _ = try await guess(number) }
      #expect(try await guess(31) >= .milliseconds(990))
      // The same address with the right token; how long a guess takes besides is the machine's.
      let owner = try await server.connect()
      #expect(try await owner.send([Self.getOnline("view-1")])[0].status == 200)
      #expect(try await server.event(1) == #"200 {"ok":true}"#)
    }
  }

  /// Who invents user ids fills Redis for everybody.
  @Test func aBotHasSoManyUsers() async throws {
    try await APIServer.with(userLimit: 5) { server async throws in
      var user: Int64 = 0
      let isRefused = try await eventually(within: .seconds(60)) {
        user += 3
        for number in user..<user + 3 where try await server.event(number).hasPrefix("429 ") { return true }
        server.clock.advance(byMilliseconds: 6000)
        return false
      }
      #expect(isRefused)
      // Each event loop finds out by itself.
      let isNamed = try await eventually(within: .seconds(60)) {
        let answer = try await server.event(1)
        return answer.contains("more than 5 different users within 10 minutes")
      }
      #expect(isNamed)
      #expect(try await server.event(1, bot: 2) == #"200 {"ok":true}"#, "others notice nothing")
      server.clock.advance(byMilliseconds: 700_000)
      let isTaken = try await eventually {
        server.clock.advance(byMilliseconds: 6000)
        return try await server.event(1).hasPrefix("200 ")
      }
      #expect(isTaken, "who isn't online any more doesn't count")
    }
  }

  @Test func anAddressHasSoManyConnections() async throws {
    try await APIServer.with(connections: 4) { server async throws in
      // One may still be ending.
      var held: [HTTPConnection] = []
      let areHeld = try await eventually {
        let connection = try await server.connect()
        if let answer = try? await connection.send([Self.getOnline("view-1")]), answer[0].status == 200 {
          held.append(connection)
        }
        return held.count == 4
      }
      #expect(areHeld)
      for _ in 0..<3 {
        let socket = try RawSocket(port: server.port)
        socket.send(Array(Self.getOnline("view-1").utf8))
        let isClosed = try await eventually { socket.receive() == .closed }
        #expect(isClosed, "it gets no answer")
      }
      for connection in held {
        #expect(try await connection.send([Self.getOnline("view-1")])[0].status == 200, "the others go on")
      }
      await held.removeLast().close()
      let isTaken = try await eventually {
        let connection = try await server.connect()
        return await (try? connection.send([Self.getOnline("view-1")]))?.first?.status == 200
      }
      #expect(isTaken)
    }
  }
}
