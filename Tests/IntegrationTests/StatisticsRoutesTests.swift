import Foundation
import TestSupport
import Testing

/// Statistics over HTTP, of a server as a real process.
@Suite struct StatisticsRoutesTests {
  private static let place = "id=7&token=view-token"

  /// A server with a bot whose tokens are `api-token` and `view-token`.
  private func start(_ folder: TemporaryFolder, options: [String] = []) async throws -> ServerProcess {
    let program = HowUsedProgram(environment: ["HOWUSED_DATA_DIR": folder.path])
    let server = try await ServerProcess(dataFolder: folder.path, options: options)
    let added = try await program.run(
      ["bot", "add", "7", "--name", "A \"bot\"", "--api-token", "api-token", "--view-token", "view-token"] + options
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
    #expect(try await totals(server, "metric=uses&param_1=a%2Cb%26c&period=1h") == ["all": 1])
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

  @Test func onlyReadersGetIn() async throws {
    let folder = try TemporaryFolder()
    let server = try await start(folder)
    for path in ["/stats", "/summary", "/online", "/live"] {
      for query in ["", "id=7", "id=7&token=wrong", "id=8&token=view-token", "token=view-token"] {
        let refused = try await get(server, path, query: query)
        #expect(refused.status == 401, "\(path)?\(query)")
        #expect(refused.headers["access-control-allow-origin"] == "*")
        #expect(refused.body.contains(#""description":"Unauthorized: unknown id or wrong token""#))
      }
    }
    #expect(try await get(server, "/stats", query: "id=7", headers: ["Authorization: Bearer view-token"]).status == 200)
    #expect(try await get(server, "/stats", query: "id=7&token=api-token").status == 200)
    #expect(try await get(server, "/", query: "").headers["location"] == "/charts", "for who has no link yet")
    let preflight = try await HTTPConnection.connect(port: server.port)
    let allowed = try await preflight.send(["OPTIONS /stats HTTP/1.1\r\nHost: localhost\r\n\r\n"])[0]
    await preflight.close()
    #expect(allowed.headers["access-control-allow-headers"]?.contains("Authorization") == true)
    await server.stop()
  }

  @Test func wrongQuestionsAreNamed() async throws {
    let questions = [
      ("metric=clicks", "metric"), ("metric=new&event=abc", "event"), ("metric=online&segment=event", "segment"),
      ("metric=users&param_1=a&param_2=b", "param_2"), ("segment=param_4", "segment"), ("period=0m", "period"),
      ("period=3y", "period"), ("divider=2h", "divider"), ("tz=Europe/Nowhere", "tz"), ("from=yesterday", "from"),
      ("from=2020-01-01", "from"), ("period=3d&divider=1m", "period"), ("period=100d&divider=1h", "period"),
      ("from=20&to=10", "from"), ("format=xml", "format"), ("format=csv&format=json", "format"), ("id=7", "id"),
      ("to=1", "to"), ("period=3d&period=4d", "period"), ("type=click", "type"),
    ]
    let folder = try TemporaryFolder()
    let server = try await start(folder)
    for (query, field) in questions {
      let refused = try await get(server, "/stats", query: "\(Self.place)&\(query)")
      #expect(refused.status == 400, "\(query)")
      #expect(try object(refused)["field"] as? String == field, "\(query): \(refused.body)")
    }
    await server.stop()
  }

  @Test func anAnswerThatIsKnownIsNotSentAgain() async throws {
    let folder = try TemporaryFolder()
    let server = try await start(folder)
    let day = Int(Date().timeIntervalSince1970) / 86_400 - 20
    let query = "\(Self.place)&from=\(day * 86_400)&to=\((day + 1) * 86_400)&divider=24h"
    let first = try await get(server, "/stats", query: query)
    #expect(first.status == 200, "\(first.body)")
    let tag = try #require(first.headers["etag"])
    #expect(first.headers["cache-control"]?.hasPrefix("private, max-age=") == true)
    #expect(try await get(server, "/stats", query: query, headers: ["If-None-Match: \(tag)"]).status == 304)
    #expect(try await get(server, "/stats").headers["cache-control"] == "private, no-cache")
    let description = try object(try await get(server, "/openapi.json", query: ""))
    #expect(description["openapi"] as? String == "3.1.0")
    #expect((description["paths"] as? [String: Any])?["/stats"] != nil)
    await server.stop()
  }
}
