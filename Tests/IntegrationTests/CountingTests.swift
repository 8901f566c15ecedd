import Foundation
import TestSupport
import Testing

/// What was sent is counted, over HTTP, of a server as a real process.
@Suite struct CountingTests {
  private static let place = "id=7&token=view-token"

  /// A server with a bot whose tokens are `api-token` and `view-token`.
  private func start(_ folder: TemporaryFolder, options: [String] = []) async throws -> ServerProcess {
    let program = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path])
    let server = try await ServerProcess(dataFolder: folder.path, options: options)
    let added = try await program.run(
      [
        "bot", "add", "7", "--name", "A \"bot\"", "--api-token", "api-token", "--view-token", "view-token",
        "--allow-short-tokens",
      ] + options
    )
    #expect(added.status == 0, "\(added.error)")
    #expect(try await eventually { try await get(server, "/online").status == 200 })
    return server
  }

  private func get(
    _ server: ServerProcess,
    _ path: String,
    query: String = Self.place,
    headers: [String] = []
  ) async throws -> HTTPConnection.Response {
    let connection = try await HTTPConnection.connect(port: server.port)
    let response = try await connection.get(query.isEmpty ? path : "\(path)?\(query)", headers: headers)
    await connection.close()
    return response
  }

  private func send(_ server: ServerProcess, user: Int, event: String, language: String) async throws {
    let connection = try await HTTPConnection.connect(port: server.port)
    let body =
      #"{"botId":7,"apiToken":"api-token","requestType":"event","event":"\#(event)","userId":\#(user),"param_1":"\#(language)"}"#
    #expect(try await connection.post("/api", body).body == #"{"ok":true}"#)
    await connection.close()
  }

  private func object(_ response: HTTPConnection.Response) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(response.body.utf8)) as? [String: Any])
  }

  /// Names and totals of the series.
  private func totals(_ server: ServerProcess, _ query: String) async throws -> [String: Int] {
    let answer = try object(try await get(server, "/stats", query: "\(Self.place)&\(query)"))
    let series = try #require(answer["series"] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: series.map { ($0["name"] as? String ?? "", $0["total"] as? Int ?? -1) }
    )
  }

  @Test func whatWasSentIsSeenWithinTwoSeconds() async throws {
    let folder = try TemporaryFolder()
    let server = try await start(folder)
    for user in 1...3 { try await send(server, user: user, event: "старт", language: "en") }
    try await send(server, user: 1, event: #"<img src=x \"1\">"#, language: "a,b&c")
    let counted = try await eventually {
      try await totals(server, "metric=uses&period=1h&divider=1h") == ["all": 4]
    }
    #expect(counted)
    #expect(
      try await totals(server, "metric=users&segment=event&period=2d&tz=Asia/Tokyo&divider=24h")
        == ["старт": 3, "<img src=x \"1\">": 1]
    )
    #expect(try await totals(server, "metric=users&segment=param_1&period=1h") == ["en": 3, "a,b&c": 1])
    #expect(try await totals(server, "metric=uses&param_1=a%5C%2Cb%26c&period=1h") == ["all": 1])
    #expect(
      try await totals(server, "event=%D1%81%D1%82%D0%B0%D1%80%D1%82&segment=param_1") == ["en": 3]
    )
    #expect(try await totals(server, "metric=new") == ["all": 3])

    let summary = try object(try await get(server, "/summary"))
    #expect((summary["bot"] as? [String: Any])?["name"] as? String == "A \"bot\"")
    let today = try #require(summary["today"] as? [String: Any])
    let yesterday = try #require(summary["yesterday"] as? [String: Any])
    // Midnight may have passed since.
    #expect((today["uses"] as? Int ?? 0) + (yesterday["uses"] as? Int ?? 0) == 4)
    #expect(today["peakOnline"] as? Int == 3)
    let before = try #require(today["comparedWith"] as? [String: Int])
    #expect(Set(before.keys) == ["from", "to", "users", "uses", "new", "peakOnline"])
    #expect((before["from"] ?? 0) % 86_400 == 0)
    #expect((yesterday["comparedWith"] as? [String: Int])?["to"] == before["from"])
    #expect((yesterday["change"] as? [String: Any])?["uses"] is NSNull)
    let seconds = "seconds=60,600,9999,99999999999999999999"
    let online = try object(try await get(server, "/online", query: "\(Self.place)&\(seconds)"))
    #expect(online["online"] as? [String: Int] == ["60": 3, "600": 3])

    let csv = try await get(server, "/stats", query: "\(Self.place)&segment=event&period=1h&divider=1h&format=csv")
    #expect(csv.headers["content-type"] == "text/csv; charset=utf-8")
    #expect(csv.body.hasPrefix("time,старт,\"<img src=x \"\"1\"\">\"\r\n"))
    #expect(csv.body.hasSuffix(",3,1\r\n"))
    await server.stop()
  }
}
