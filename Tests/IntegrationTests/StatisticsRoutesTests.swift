import Foundation
import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Redis
import TestSupport
import Testing

/// Statistics over HTTP: who is answered, which question is understood, and how the answer is written.
@Suite struct StatisticsRoutesTests {
  private static let paths = ["/stats", "/summary", "/top", "/retention", "/events", "/online"]
  private static let view = "id=1&token=live-view-1"

  /// A server that knows bot 1.
  private func with(_ body: @Sendable (APIServer) async throws -> Void) async throws {
    try await APIServer.with { server in
      let bot = try #require(BotID(rawValue: 1))
      let tokens = BotTokens(api: try #require(Token("live-api-1")), view: try #require(Token("live-view-1")))
      try await BotAdministration(client: server.client, keys: server.keys).add(bot, name: "A \"bot\"", tokens: tokens)
      try await server.registry.refresh()
      try await body(server)
    }
  }

  private func get(
    _ server: APIServer,
    _ path: String,
    _ query: String = "",
    access: String = Self.view,
    headers: [String] = []
  ) async throws -> HTTPConnection.Response {
    let connection = try await server.connect()
    let parts = [access, query].filter { !$0.isEmpty }.joined(separator: "&")
    let response = try await connection.get(parts.isEmpty ? path : "\(path)?\(parts)", headers: headers)
    await connection.close()
    return response
  }

  private func object(_ response: HTTPConnection.Response) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(response.body.utf8)) as? [String: Any], "\(response.body)")
  }

  @Test func onlyReadersGetIn() async throws {
    try await with { server async throws in
      for path in Self.paths + ["/live"] {
        for access in ["", "id=1", "id=1&token=wrong", "id=2&token=live-view-1", "token=live-view-1", "id=1&token="] {
          let refused = try await get(server, path, access: access)
          #expect(refused.status == 401, "\(path)?\(access)")
          #expect(refused.headers["access-control-allow-origin"] == "*")
          #expect(refused.headers["cache-control"] == "no-store")
          #expect(refused.body.contains(#""description":"Unauthorized: unknown id or wrong token""#))
        }
      }
      #expect(server.statistics.asked.isEmpty)
      let bearer = ["Authorization: Bearer live-view-1"]
      #expect(try await get(server, "/stats", access: "id=1", headers: bearer).status == 200)
      #expect(try await get(server, "/stats", access: "id=1&token=", headers: bearer).status == 200)
      #expect(try await get(server, "/stats", access: "id=1&token=live-api-1").status == 200)
      let preflight = try await server.connect()
      let allowed = try await preflight.send(["OPTIONS /top HTTP/1.1\r\nHost: localhost\r\n\r\n"])[0]
      await preflight.close()
      #expect(allowed.headers["access-control-allow-headers"]?.contains("Authorization") == true)
    }
  }

  @Test func questionsAreUnderstood() async throws {
    try await with { server async throws in
      let stats =
        "metric=users&event=%21%D1%81%D1%82%D0%B0%D1%80%D1%82,a%5C,b&param_1=en&param_1=de&tz=Asia/Kolkata&compare=previous"
      #expect(try await get(server, "/stats", stats).status == 200)
      #expect(try await get(server, "/top", "by=param_1&search=A&limit=3").status == 200)
      #expect(try await get(server, "/retention", "unit=day").status == 200)
      #expect(try await get(server, "/summary", "tz=Asia/Kolkata").status == 200)
      #expect(try await get(server, "/events", "limit=7").status == 200)
      let asked = server.statistics.asked
      try #require(asked.count == 5)
      guard case .chart(let chart) = asked[0], case .top(let top) = asked[1], case .retention(let retention) = asked[2],
        case .summary(let summary) = asked[3]
      else {
        Issue.record("\(asked)")
        return
      }
      #expect(chart.metric == .users && chart.previous != nil)
      #expect(chart.filter.events == Choice([Array("старт".utf8), Array("a,b".utf8)], isExcluded: true))
      #expect(chart.filter.params[0] == Choice([Array("en".utf8), Array("de".utf8)]))
      #expect(top.by == .param(1) && top.search == "A" && top.limit == 3)
      #expect(retention.unit == .day && retention.cohortCount == 30)
      #expect(summary.zone == "Asia/Kolkata")
      // 10:00 in UTC is half past three in the afternoon there.
      #expect(summary.today.lowerBound == APIServer.start / 1000 - 15 * 3600 - 1800)
      #expect(asked[4] == .recent(7))
    }
  }

  @Test func answersAreWritten() async throws {
    try await with { server async throws in
      for path in Self.paths.dropLast() {
        let answer = try await get(server, path, path == "/top" ? "by=event" : "")
        #expect(answer.headers["cache-control"] == "private, no-cache", "\(path)")
        #expect(answer.headers["content-type"] == "application/json")
        #expect(try object(answer)["asOf"] as? Int == 1_795_341_600_123, "\(path)")
      }
      let summary = try object(try await get(server, "/summary", "tz=Asia%2FKolkata"))
      #expect((summary["bot"] as? [String: Any])?["name"] as? String == "A \"bot\"")
      #expect(summary["tz"] as? String == "Asia/Kolkata")
      #expect(try await get(server, "/events").body.contains(#""user":"…042""#))
      #expect(try await get(server, "/events", access: "id=1&token=live-api-1").body.contains(#""userId":7042"#))
      let csv = try await get(server, "/stats", "segment=event&format=csv&period=1h&divider=1h")
      #expect(csv.headers["content-type"] == "text/csv; charset=utf-8")
      #expect(csv.headers["content-disposition"] == #"attachment; filename="howused-1-uses.csv""#)
      #expect(csv.headers["cache-control"] == "private, no-cache")
      #expect(csv.body == "time,\"<img src=x \"\"1\"\">\",,__other__\r\n2026-11-22T10:00:00.000Z,0,0,0\r\n")
      let cohorts = try await get(server, "/retention", "unit=day&period=2d&format=csv")
      #expect(cohorts.headers["content-disposition"] == #"attachment; filename="howused-1-retention.csv""#)
      #expect(cohorts.body.hasPrefix("from,to,size,0,1\r\n2026-11-21T00:00:00.000Z,2026-11-22T00:00:00.000Z,9,0,1\r\n"))
      let online = try object(try await get(server, "/online", "seconds=60,600,9999,99999999999999999999"))
      #expect(online["online"] as? [String: Int] == ["60": 0, "600": 0])
    }
  }

  @Test func severalMetricsAreAnsweredAtOnce() async throws {
    try await with { server async throws in
      let metrics = ["users", "uses", "online"]
      var alone: [String] = []
      for metric in metrics { alone.append(try await get(server, "/stats", "metric=\(metric)&period=3h").body) }
      let query = "metric=users,uses,online&period=3h"
      let answer = try await get(server, "/stats", query)
      #expect(answer.body == #"{"ok":true,"charts":[\#(alone.joined(separator: ","))]}"#)
      let etag = try #require(answer.headers["etag"])
      let again = try await get(server, "/stats", query, headers: ["If-None-Match: \(etag)"])
      #expect(again.status == 304)
    }
  }

  @Test func wrongQuestionsAreNamed() async throws {
    let questions = [
      ("/stats", "metric=clicks", "metric"), ("/stats", "metric=uses,users&format=csv", "metric"),
      ("/stats", "metric=online&segment=event", "segment"),
      ("/stats", "event=a&event=!b", "event"), ("/stats", "tz=Europe/Nowhere", "tz"), ("/stats", "from=-1", "from"),
      ("/stats", "to=9e18", "to"), ("/stats", "format=xml", "format"), ("/stats", "format=csv&format=json", "format"),
      ("/stats", "id=7", "id"), ("/stats", "tz=\(String(repeating: "x", count: 4000))", "tz"),
      ("/summary", "tz=Mars", "tz"), ("/top", "", "by"), ("/top", "by=event&limit=-5", "limit"),
      ("/retention", "unit=year", "unit"), ("/retention", "format=xml", "format"), ("/events", "limit=51", "limit"),
      ("/online", "seconds=0", "seconds"), ("/live", "seconds=1,2", "seconds"),
    ]
    try await with { server async throws in
      for (path, query, field) in questions {
        let refused = try await get(server, path, query)
        #expect(refused.status == 400, "\(path)?\(query)")
        #expect(try object(refused)["field"] as? String == field, "\(path)?\(query): \(refused.body)")
      }
      #expect(server.statistics.asked.isEmpty)
    }
  }

  @Test func anAnswerThatIsKnownIsNotSentAgain() async throws {
    try await with { server async throws in
      for path in Self.paths.dropLast() {
        let query = path == "/top" ? "by=event" : ""
        let tag = try #require(try await get(server, path, query).headers["etag"])
        let known = try await get(server, path, query, headers: ["If-None-Match: \(tag)"])
        #expect(known.status == 304 && known.body.isEmpty, "\(path)")
        #expect(known.headers["cache-control"] == "private, no-cache")
        server.statistics.count(through: 1_795_341_601_000)
        #expect(try await get(server, path, query, headers: ["If-None-Match: \(tag)"]).status == 200)
        server.statistics.count(through: 1_795_341_600_123)
      }
      let description = try await get(server, "/openapi.json", access: "")
      #expect(description.headers["cache-control"] == "public, max-age=300", "nothing private is in it")
      #expect((try object(description)["paths"] as? [String: Any])?["/retention"] != nil)
    }
  }

  @Test func whatKeepsFromAnsweringIsSaid() async throws {
    try await with { server async throws in
      let failures: [(any Error, status: Int, code: String)] = [
        (StatisticsUnavailable("the files are being read"), 503, "not_ready"),
        (RedisClientError.notConnected, 503, "redis_unavailable"), (RedisClientError.queueFull, 503, "overloaded"),
        (RedisServerError(message: "LOADING Redis is loading"), 503, "redis_unavailable"),
        (RequestError(.badRequest, field: "segment", "too many"), 400, "bad_request"),
        (CancellationError(), 500, "internal_error"),
      ]
      for (error, status, code) in failures {
        server.statistics.fail(error)
        for path in Self.paths.dropLast() {
          let answer = try await get(server, path, path == "/top" ? "by=event" : "")
          #expect(answer.status == status, "\(path) \(error)")
          #expect(try object(answer)["error"] as? String == code, "\(path) \(error)")
          #expect(answer.headers["cache-control"] == "no-store")
          #expect(answer.headers["retry-after"] == (status == 503 ? "1" : nil))
        }
      }
      server.statistics.fail(nil)
      #expect(try await get(server, "/stats").status == 200)
    }
  }
}
