import Foundation
import TestSupport
import Testing

@Suite struct UnreadAnswersTests {
  /// A client that sends and never reads must not make the server gather its answers without end.
  @Test func whoeverDoesNotReadIsNotReadFrom() async throws {
    try await APIServer.with { server async throws in
      let request = Array(HTTPFormTests.request(#"{"botId":1,"apiToken":"wrong","requestType":"getOnline"}"#).utf8)
      let flood = Array(repeating: request, count: 1000).flatMap { $0 }
      let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(connection) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(server.port).bigEndian
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      let connected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      #expect(connected == 0)
      // A second without room in the socket means that the server has stopped reading.
      var limit = timeval(tv_sec: 1, tv_usec: 0)
      setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      var sent = 0
      let most = 100 << 20
      while sent < most {
        let count = flood.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { break }
        sent += count
      }
      #expect(sent < most, "everything was read though nothing was taken")
      #expect(try await server.event(1) == #"200 {"ok":true}"#, "others are served")
    }
  }
}
