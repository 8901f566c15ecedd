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

  private func watch(
    _ server: APIServer,
    token: String = "live-view-1",
    seconds: Int = 120,
    receiveBuffer: Int32? = nil
  ) throws -> RawSocket {
    let viewer = try RawSocket(port: server.port, receiveBuffer: receiveBuffer)
    let address = "/live?id=1&token=\(token)&seconds=\(seconds)"
    viewer.send(Array("GET \(address) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
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

  @Test func aTokenThatIsReplacedEndsItsViewers() async throws {
    try await with { server async throws in
      let bot = try #require(BotID(rawValue: 1))
      let byView = try watch(server)
      let byAPI = try watch(server, token: "live-api-1")
      #expect(try await hears("data: ", byView))
      #expect(try await hears("data: ", byAPI))
      let bots = BotAdministration(client: server.client, keys: server.keys)
      try await bots.rotate(bot, api: nil, view: .random())
      try await server.registry.refresh()
      let isCut = try await eventually { byView.receive() == .closed || server.hub.viewerCount == 1 }
      #expect(isCut)
      #expect(try await hears("data: ", byAPI), "the other token is still good")
      try await bots.remove(bot)
      try await server.registry.refresh()
      let areGone = try await eventually { server.hub.viewerCount == 0 }
      #expect(areGone)
    }
  }

  /// Every window of a bot is counted each second, whoever looks at it.
  @Test func oneTokenHasSoManyWindowsAndViewers() async throws {
    try await with { server async throws in
      var viewers = try (1...LiveHub.windowLimit).map { try watch(server, seconds: $0) }
      let areThere = try await eventually { server.hub.viewerCount == LiveHub.windowLimit }
      #expect(areThere)
      let refused = try watch(server, seconds: 599)
      #expect(try await hears("HTTP/1.1 503 ", refused))
      viewers.append(try watch(server, seconds: 1))
      let isTaken = try await eventually { server.hub.viewerCount == LiveHub.windowLimit + 1 }
      #expect(isTaken, "a window that is there anyhow costs nothing")
      viewers.removeFirst(5)
      let isThere = try await eventually {
        let viewer = try watch(server, seconds: 598)
        var heard = ""
        _ = try await eventually {
          if case .bytes(let bytes) = viewer.receive() { heard += String(decoding: bytes, as: UTF8.self) }
          return heard.contains("\r\n\r\n")
        }
        return heard.hasPrefix("HTTP/1.1 200 ")
      }
      #expect(isThere)
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
