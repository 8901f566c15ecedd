import Foundation
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

@Suite struct BatchTests {
  static func batch(_ items: [String]) -> String {
    #"{"botId":1,"apiToken":"api-1","requestType":"events","events":[\#(items.joined(separator: ","))]}"#
  }

  static func item(_ user: Int, more: String = "") -> String { #"{"event":"hello","userId":\#(user)\#(more)}"# }

  @Test func aBatchLeavesWhatSingleEventsLeave() async throws {
    try await APIServer.with { server async throws in
      let more = (1...200).map { $0 % 2 == 0 ? #","param_1":"p\#($0)""# : "" }
      for (index, more) in more.enumerated() { try await server.event(Int64(index + 1), more: more) }
      let single = try await server.fragments()
      let online = try await Self.onlineSet(server)
      _ = try await server.client.send("FLUSHALL")
      let items = more.enumerated().map { Self.item($0 + 1, more: $1) }
      #expect(try await server.post(Self.batch(items)) == #"200 {"ok":true,"accepted":200}"#)
      #expect(try await server.fragments() == single)
      #expect(try await Self.onlineSet(server) == online)
    }
  }

  private static func onlineSet(_ server: APIServer) async throws -> [String] {
    guard let bot = BotID(rawValue: 1) else { return [] }
    let reply = try await server.client.send("ZRANGE", server.keys.online(bot), 0, -1, "WITHSCORES")
    return reply.array?.compactMap(\.string) ?? []
  }

  @Test func oneBadItemRefusesAll() async throws {
    try await APIServer.with { server async throws in
      let items = (1...30).map { $0 % 3 == 0 ? #"{"event":"no","userId":1}"# : Self.item($0) } + [#"{"event":"hello"}"#]
      let answer = try await server.post(Self.batch(items))
      #expect(answer.hasPrefix("400 "))
      #expect(answer.contains(#""error":"invalid_events""#))
      #expect(answer.contains(#"{"index":2,"field":"event","error":"invalid_event","description":"#))
      #expect(answer.contains(#"{"index":30,"field":"userId","error":"invalid_user_id""#))
      #expect(try await server.client.send("DBSIZE").int == 0)
    }
  }

  @Test func anOldTimeIsArchivedAndMakesNobodyOnline() async throws {
    try await APIServer.with { server async throws in
      let now = Double(APIServer.start) / 1000
      let items = [
        Self.item(1, more: #","time":\#(now - 86_400)"#), Self.item(2, more: #","time":\#(now - 60)"#), Self.item(3),
      ]
      #expect(try await server.post(Self.batch(items)) == #"200 {"ok":true,"accepted":3}"#)
      #expect(try await server.online(seconds: 600) == 2)
      #expect(try await server.online(seconds: 59) == 1)
      let fragments = try await server.fragments()
      #expect(fragments[0].hasPrefix(#""time":"2026-11-21T10:00:00.000Z","botId":1"#), "\(fragments[0])")
      #expect(fragments[2].hasPrefix(#""botId":1"#))
    }
  }

  @Test func compressedBatchesAreReadAndBombsAreNot() async throws {
    try await APIServer.with { server async throws in
      let folder = try TemporaryFolder()
      let shell = HowUsedProgram()
      let body = Self.batch((1...100).map { Self.item($0) })
      let bomb = #"{"botId":1,"a":""# + String(repeating: "x", count: 20 << 20) + #""}"#
      for (name, text) in [("body", body), ("bomb", bomb)] {
        try text.write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
        let packed = try await shell.shell("cd \(folder.path) && gzip -k \(name) && zstd -q \(name)")
        #expect(packed.status == 0, "\(packed.error)")
      }
      for (encoding, suffix) in [("gzip", "gz"), ("zstd", "zst")] {
        func post(_ name: String) async throws -> String {
          try await shell.shell(
            "curl -s -H 'Content-Encoding: \(encoding)' --data-binary @\(folder.path)/\(name).\(suffix) "
              + "http://127.0.0.1:\(server.port)/api"
          ).output
        }
        let answer = try await post("body")
        #expect(answer == #"{"ok":true,"accepted":100}"#)
        let refusal = try await post("bomb")
        #expect(refusal.contains(#""error":"payload_too_large""#), "\(refusal)")
      }
      #expect(try await server.online() == 100)
      #expect(try await server.fragments().count == 200)
    }
  }

  @Test func aBatchIsRefusedWhileRedisRefuses() async throws {
    try await APIServer.with { server async throws in
      _ = try await server.client.send("CONFIG", "SET", "maxmemory", "1")
      let answer = try await server.post(Self.batch([Self.item(1), Self.item(2)]))
      #expect(answer.hasPrefix("503 "))
    }
  }
}
