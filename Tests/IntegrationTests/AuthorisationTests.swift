import HowUsedModel
import HowUsedServer
import HowUsedStore
import Testing

@Suite struct AuthorisationTests {
  @Test func everyWrongTokenGetsTheSameAnswer() async throws {
    try await APIServer.with { server async throws in
      let bodies = [
        #"{"botId":1,"apiToken":"api-2","requestType":"event","event":"hello","userId":1}"#,
        #"{"botId":99,"apiToken":"api-1","requestType":"event","event":"hello","userId":1}"#,
        #"{"botId":1,"apiToken":7,"requestType":"event","event":"hello","userId":1}"#,
        #"{"botId":1,"apiToken":"view-2","requestType":"event","event":"hello","userId":1}"#,
        #"{"botId":1,"apiToken":"wrong","requestType":"event","event":"x","userId":0}"#,
      ]
      let answers = Set(try await bodies.asyncMap { try await server.post($0) })
      #expect(answers.count == 1)
      #expect(answers.first?.hasPrefix("401 ") == true)
      #expect(try await server.fragments().isEmpty)
    }
  }

  @Test func whatGivesNothingAwayIsNamed() async throws {
    try await APIServer.with { server async throws in
      for bot in [1, 99] {
        for token in ["", #""apiToken":"","#, #""apiToken":null,"#] {
          let body = #"{"botId":\#(bot),\#(token)"requestType":"event","event":"x","userId":1}"#
          let answer = try await server.post(body)
          #expect(answer.hasPrefix("401 ") && answer.contains(#""field":"apiToken""#), "\(answer)")
          #expect(answer.contains("apiToken is missing"), "\(answer)")
        }
      }
      for event in ["hello", "x"] {
        let answer = try await server.post(
          #"{"botId":1,"apiToken":"view-1","requestType":"event","event":"\#(event)","userId":1}"#
        )
        #expect(answer.hasPrefix("401 ") && answer.contains("view token"), "\(answer)")
      }
      #expect(try await server.fragments().isEmpty)
    }
  }

  @Test func theViewTokenReadsAndTheAPITokenToo() async throws {
    try await APIServer.with { server async throws in
      for token in ["view-1", "api-1"] {
        let answer = try await server.post(#"{"botId":1,"apiToken":"\#(token)","requestType":"getOnline"}"#)
        #expect(answer == #"200 {"ok":true,"onlineCount":0}"#)
      }
    }
  }

  @Test func rotationTakesEffectOnOpenConnections() async throws {
    try await APIServer.with { server async throws in
      #expect(try await server.event(1) == #"200 {"ok":true}"#)
      var bots = APIServer.bots
      guard let id = BotID(rawValue: 1) else { return }
      bots[id]?.apiTokenHash = TokenHash(of: "api-new")
      server.workers.update(BotDirectory(bots: bots))
      #expect(try await server.event(1).hasPrefix("401 "))
      server.workers.update(BotDirectory(bots: [:]))
      #expect(try await server.online() == -1)
    }
  }

  @Test func nobodyIsToldThatATokenIsWrongBeforeTheBotsAreRead() async throws {
    try await APIServer.with { server async throws in
      server.workers.update(.notLoaded)
      #expect(try await server.event(1).hasPrefix("503 "))
    }
  }
}

extension Sequence {
  fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var results: [T] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
