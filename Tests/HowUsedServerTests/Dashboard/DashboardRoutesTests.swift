import HTTPTypes
import HowUsedServer
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

/// The chart page through the server's router.
@Suite struct DashboardRoutesTests {
  private static let responder = HTTPService.router { DashboardRoutes.add(to: $0) }.buildResponder()

  private func get(_ path: String, _ headers: HTTPFields) async throws -> Response {
    let request = Request(
      head: HTTPRequest(method: .get, scheme: "http", authority: "a", path: path, headerFields: headers),
      body: RequestBody(buffer: ByteBuffer())
    )
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return try await Self.responder.respond(
      to: request,
      context: ServerContext(source: .init(channel: EmbeddedChannel(), logger: logger))
    )
  }

  /// Anybody may send them, and none may end the process.
  @Test(
    arguments: ["/charts", "/bin/charts/6438/19/678cf4eb?id=1&token=x"],
    ["-", "--", "-;q=1", "ru;q", ";q=", ";", ",", "=", "q=-", "*", "W/", "\"", "W/\"", "gzip;q=", "🚀", "\u{e9}"]
  )
  func thePageComesWhateverTheHeadersSay(path: String, value: String) async throws {
    let plain = try await get(path, [.acceptLanguage: value, .acceptEncoding: value])
    #expect(plain.status == .ok)
    #expect(plain.headers[.contentLanguage] == "en")
    let status = try await get(path, [.ifNoneMatch: value]).status
    #expect(status == (value == "*" ? .notModified : .ok))
  }
}
