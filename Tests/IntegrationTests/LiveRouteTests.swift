import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import TestSupport
import Testing

/// `/live` over real sockets.
@Suite struct LiveRouteTests {
  /// A server that knows bot 1.
  private func with(
    redisConfig: [String] = [],
    _ body: @Sendable (APIServer) async throws -> Void
  ) async throws {
    try await APIServer.with(redisConfig: redisConfig) { server in
      let bot = try #require(BotID(rawValue: 1))
      let tokens = BotTokens(api: try #require(Token("live-api-1")), view: try #require(Token("live-view-1")))
      try await BotAdministration(client: server.client, keys: server.keys).add(bot, name: "bot 1", tokens: tokens)
      try await server.registry.refresh()
      try await body(server)
    }
  }

  private func watch(_ server: APIServer, receiveBuffer: Int32? = nil) throws -> RawSocket {
    let viewer = try RawSocket(port: server.port, receiveBuffer: receiveBuffer)
    viewer.send(Array("GET /live?id=1&token=live-view-1 HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
    return viewer
  }

  /// Reads until a text has come; what came with it is gone.
  private func hears(_ text: String, _ viewer: RawSocket) async throws -> Bool {
    var heard = ""
    return try await eventually(within: .seconds(30)) {
      if case .bytes(let bytes) = viewer.receive() { heard += String(decoding: bytes, as: UTF8.self) }
      return heard.contains(text)
    }
  }

  @Test func whoDoesNotReadIsCutOff() async throws {
    try await with { server async throws in
      let reader = try watch(server)
      let idler = try watch(server, receiveBuffer: 1)
      #expect(try await hears("data: ", reader))
      let areThere = try await eventually(within: .seconds(30)) { server.hub.viewerCount == 2 }
      #expect(areThere)
      let dropped = try await eventually(within: .seconds(60)) {
        _ = reader.receive()
        return server.hub.viewerCount == 1
      }
      #expect(dropped)
      // What waited for it was little.
      var unread = 0
      let closed = try await eventually(within: .seconds(30)) {
        let received = idler.receive()
        if case .bytes(let bytes) = received { unread += bytes.count }
        return received == .closed
      }
      #expect(closed)
      #expect(unread < 32_768)
      // The other is told what happens.
      #expect(try await server.event(42) == #"200 {"ok":true}"#)
      #expect(try await hears(#""online":1,"windows":{"60":1,"120":1,"300":1,"600":1},"uses":7,"asOf":"#, reader))
      #expect(server.hub.viewerCount == 1)
    }
  }

  @Test func viewersStayWhileRedisRestarts() async throws {
    try await with(redisConfig: ["appendonly yes", "appendfsync always"]) { server async throws in
      let viewer = try watch(server)
      #expect(try await server.event(42) == #"200 {"ok":true}"#)
      #expect(try await hears(#""online":1"#, viewer))
      server.redis.kill()
      #expect(try await hears(": waiting for Redis", viewer))
      try await server.redis.start()
      #expect(try await hears(#""online":1"#, viewer))
    }
  }
}
