import HowUsedServer
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// What an acknowledged event leaves in the stream.
@Suite struct StoredEventTests {
  @Test func theStreamHoldsTheCanonicalFragment() async throws {
    try await APIServer.with { server async throws in
      try await server.event(7, event: "старт", more: #","param_1":"en","param_3":true,"registerTime":"1616161616.25""#)
      try await server.post("botId=1&apiToken=api-1&userId=8", contentType: "application/x-www-form-urlencoded")
      #expect(
        try await server.fragments() == [
          #""botId":1,"userId":7,"event":"старт","param_1":"en","param_3":"true","userRegisterTime":1616161616"#,
          #""type":"update","botId":1,"userId":8"#,
        ]
      )
    }
  }

  @Test func aRefusedEventLeavesNothing() async throws {
    try await APIServer.with { server async throws in
      #expect(try await server.event(0).hasPrefix("400 "))
      #expect(try await server.event(1, event: "no").hasPrefix("400 "))
      #expect(try await server.client.send("DBSIZE").int == 0)
    }
  }

  @Test func theClosedGateRefusesEventsAndAnswersReads() async throws {
    try await APIServer.with { server async throws in
      server.gate.isClosed = true
      let answer = try await server.event(1)
      #expect(answer.hasPrefix("503 "))
      #expect(answer.contains(#""parameters":{"retry_after":5}"#))
      #expect(try await server.online() == 0)
      server.gate.isClosed = false
      #expect(try await server.event(1) == #"200 {"ok":true}"#)
      #expect(try await server.fragments().count == 1)
    }
  }

  @Test func aBotBeyondItsRateIsToldToWait() async throws {
    try await APIServer.with(rateLimit: 2) { server async throws in
      for user in 1...2 { #expect(try await server.event(Int64(user)) == #"200 {"ok":true}"#) }
      let answer = try await server.event(3)
      #expect(answer.hasPrefix("429 "))
      #expect(answer.contains(#""error":"too_many_requests""#))
      #expect(answer.contains(#""parameters":{"retry_after":1}"#))
      let connection = try await server.connect()
      let headers = try await connection.send([HTTPFormTests.request(HTTPFormTests.event(3))])[0].headers
      #expect(headers["ratelimit-policy"] == #""events";q=2;w=1"#)
      #expect(headers["ratelimit"] == #""events";r=0;t=1"#)
      #expect(headers["retry-after"] == "1")
      #expect(try await server.event(3, bot: 2) == #"200 {"ok":true}"#, "another bot has its own limit")
      #expect(try await server.online() == 2, "reads are not limited")
      server.clock.advance(byMilliseconds: 1000)
      #expect(try await server.event(3) == #"200 {"ok":true}"#)
      #expect(try await server.fragments().count == 3)
    }
  }

  @Test func aBotMayHaveALimitOfItsOwn() async throws {
    try await APIServer.with(rateLimit: 2) { server async throws in
      var bots = APIServer.bots
      for (number, limit) in [(1, 0), (2, 1)] {
        bots[try #require(BotID(rawValue: Int64(number)))]?.eventsPerSecond = limit
      }
      // What is kept in Redis is read again as it was.
      bots = try bots.mapValues { try #require(BotRecord(id: $0.id, json: $0.json())) }
      server.workers.update(BotDirectory(bots: bots))
      for user in 1...10 { #expect(try await server.event(Int64(user)) == #"200 {"ok":true}"#) }
      #expect(try await server.event(1, bot: 2) == #"200 {"ok":true}"#)
      #expect(try await server.event(1, bot: 2).hasPrefix("429 "))
      server.workers.update(BotDirectory(bots: APIServer.bots))
      let isBack = try await eventually {
        server.clock.advance(byMilliseconds: 1000)
        let answers = [try await server.event(1, bot: 2), try await server.event(2, bot: 2)]
        return answers.allSatisfy { $0.hasPrefix("200 ") }
      }
      #expect(isBack)
    }
  }
}
