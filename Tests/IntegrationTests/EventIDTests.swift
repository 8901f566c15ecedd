import Foundation
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// An event with an `eventId` is stored once, however often it's sent, to whichever server, and whatever dies in between.
@Suite struct EventIDTests {
  private static let ok = #"{"ok":true}"#
  private static let duplicate = #"{"ok":true,"duplicate":true}"#

  private static func event(_ id: String, user: Int = 1, bot: Int = 1) -> String {
    let head = #"{"botId":\#(bot),"apiToken":"api-\#(bot)","requestType":"event","event":"hello","userId":\#(user)"#
    return head + #","eventId":\#(id)}"#
  }

  @Test func oneIdIsOneEvent() async throws {
    try await APIServer.with { server async throws in
      #expect(try await server.post(Self.event(#""a""#)) == "200 \(Self.ok)")
      #expect(try await server.post(Self.event(#""a""#, user: 2)) == "200 \(Self.duplicate)")
      // A number is its text: Telegram's update_id may be sent either way.
      #expect(try await server.post(Self.event("17")) == "200 \(Self.ok)")
      #expect(try await server.post(Self.event(#""17""#)) == "200 \(Self.duplicate)")
      #expect(try await server.post(Self.event("17", bot: 2)) == "200 \(Self.ok)", "ids are the bot's own")
      // None is none.
      for none in ["null", #""""#] { #expect(try await server.post(Self.event(none)) == "200 \(Self.ok)") }
      #expect(try await server.fragments().count == 4)
      let form = "botId=1&apiToken=api-1&requestType=event&event=hello&userId=1&eventId=a%0A%00"
      for answer in [Self.ok, Self.duplicate] {
        #expect(try await server.post(form, contentType: "application/x-www-form-urlencoded") == "200 \(answer)")
      }
      for requestType in ["update", "event"] {
        let body =
          #"{"botId":1,"apiToken":"api-1","requestType":"\#(requestType)","event":"old","userId":9,"eventId":"b"}"#
        #expect(try await server.post(body) == "200 \(requestType == "update" ? Self.ok : Self.duplicate)")
      }
      let longest = String(repeating: "ы", count: 32)
      #expect(try await server.post(Self.event("\"\(longest)\"")) == "200 \(Self.ok)")
      for wrong in ["\"\(longest)x\"", "1.5", "true", "[]", "{}"] {
        let answer = try await server.post(Self.event(wrong))
        #expect(
          answer.hasPrefix(#"400 {"ok":false,"error_code":400,"error":"invalid_event_id","field":"eventId""#),
          "\(answer)"
        )
      }
    }
  }

  @Test func anIdIsForgottenInTheEnd() async throws {
    try await APIServer.with { server async throws in
      #expect(try await server.post(Self.event("1")) == "200 \(Self.ok)")
      let partition = server.keys.partition(of: try #require(BotID(rawValue: 1)))
      let left = try await server.client.send("PTTL", "hu:{\(partition)}:id:1:1").int ?? 0
      #expect((1...600_000).contains(left))
    }
  }

  @Test func ofManyAtOnceOneIsStored() async throws {
    try await APIServer.with { server async throws in
      let answers = try await withThrowingTaskGroup(of: String.self) { group in
        for user in 1...100 { group.addTask { try await server.post(Self.event("1", user: user)) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count { $0 == "200 \(Self.ok)" } == 1)
      #expect(answers.count { $0 == "200 \(Self.duplicate)" } == 99)
      #expect(try await server.fragments().count == 1)
      // Answers keep their places among others', and so do events.
      let connection = try await server.connect()
      let bodies = (1...50).flatMap { [Self.event("\($0)"), HTTPFormTests.event($0), Self.event("\($0)"), "{"] }
      let mixed = try await connection.send([bodies.map { HTTPFormTests.request($0) }.joined()], requests: 200)
      for (index, answer) in mixed.enumerated() {
        switch index % 4 {
        case 0: #expect(answer.body == (index == 0 ? Self.duplicate : Self.ok))
        case 1: #expect(answer.body == Self.ok)
        case 2: #expect(answer.body == Self.duplicate)
        default: #expect(answer.status == 400)
        }
      }
      #expect(try await server.fragments().count == 100)
    }
  }

  @Test func aBatchMayBeSentAgain() async throws {
    try await APIServer.with { server async throws in
      func batch(_ ids: Range<Int>, more: String = "") -> String {
        let items = ids.map { #"{"event":"hello","userId":\#($0),"eventId":\#($0)}"# } + (more.isEmpty ? [] : [more])
        return #"{"botId":1,"apiToken":"api-1","requestType":"events","events":[\#(items.joined(separator: ","))]}"#
      }
      #expect(try await server.post(batch(1..<11)) == #"200 {"ok":true,"accepted":10}"#)
      #expect(try await server.post(batch(1..<11)) == #"200 {"ok":true,"accepted":0,"duplicates":10}"#)
      #expect(try await server.post(batch(6..<16)) == #"200 {"ok":true,"accepted":5,"duplicates":5}"#)
      let plain = #"{"event":"hello","userId":1}"#
      #expect(try await server.post(batch(1..<2, more: plain)) == #"200 {"ok":true,"accepted":1,"duplicates":1}"#)
      let twice = #"{"event":"hello","userId":1,"eventId":"20"}"#
      #expect(try await server.post(batch(20..<21, more: twice)) == #"200 {"ok":true,"accepted":1,"duplicates":1}"#)
      #expect(try await server.fragments().count == 17)
    }
  }

  /// What can't be stored isn't remembered either: it can be sent again later.
  @Test func whatIsRefusedIsNotRemembered() async throws {
    try await APIServer.with { server async throws in
      _ = try await server.client.send("CONFIG", "SET", "maxmemory", "1")
      #expect(try await server.post(Self.event("1")).hasPrefix("503 "))
      _ = try await server.client.send("CONFIG", "SET", "maxmemory", "0")
      let partition = server.keys.partition(of: try #require(BotID(rawValue: 1)))
      _ = try await server.client.send("SET", server.keys.events(partition), "not a stream")
      #expect(try await server.post(Self.event("1")).hasPrefix("503 "))
      _ = try await server.client.send("DEL", server.keys.events(partition))
      #expect(try await server.post(Self.event("1")) == "200 \(Self.ok)")
      #expect(try await server.fragments().count == 1)
    }
  }

  /// A bot that is in doubt sends again until it hears that the event is stored: each is archived once.
  @Test(arguments: ["redis", "server"])
  func retriesThroughKillsCountOnce(victim: String) async throws {
    let served = try await ServedFolder()
    let options = ["--archive-interval", "1", "--durability", "always"]
    var server = try await served.serve(options)
    let port = server.port
    var unanswered = 0
    let users = Array(1...240)
    for (place, user) in users.enumerated() {
      if place % 60 == 30 {
        if victim == "redis" {
          let info = try await served.withRedis { try await $0.send("INFO", "server").string ?? "" }
          let line = try #require(info.split(separator: "\r\n").first { $0.hasPrefix("process_id:") })
          kill(try #require(pid_t(line.dropFirst(11))), SIGKILL)
        } else {
          // In the middle of what it is doing.
          let load = Task { _ = try? await Self.send(900_000 + place, to: port, "x\(place)") }
          server.kill()
          _ = await load.value
          server = try await served.serve(options + ["--port", "\(port)"])
        }
      }
      let deadline = ContinuousClock.now + .seconds(60)
      while true {
        if let answer = try? await Self.send(user, to: port, "\(user)"), answer.status == 200 { break }
        unanswered += 1
        try #require(ContinuousClock.now < deadline)
        try await Task.sleep(for: .milliseconds(20))
      }
      // Half of the answers got lost on the way to the bot.
      if user % 2 == 0 {
        let again = try await Self.send(user, to: port, "\(user)")
        #expect(again.body.contains(#""duplicate":true"#) || again.status == 503, "\(again.body)")
      }
    }
    await server.stop()
    try await served.drain(options)
    let archived = try await served.archived().filter { $0 < 900_000 }
    #expect(archived.sorted() == users)
  }

  private static func send(_ user: Int, to port: Int, _ id: String) async throws -> HTTPConnection.Response {
    let connection = try await HTTPConnection.connect(port: port)
    let body =
      #"{"botId":1,"apiToken":"api-token","requestType":"event","event":"once","userId":\#(user),"eventId":"\#(id)"}"#
    let answer = try await connection.post("/api", body)
    await connection.close()
    return answer
  }
}

/// A bot whose clock is wrong says what it showed when the batch was sent.
@Suite struct SentAtTests {
  private static let now = APIServer.start / 1000

  private static func batch(_ time: String, sentAt: String) -> String {
    let item = #"{"event":"hello","userId":7,"time":\#(time)}"#
    return #"{"botId":1,"apiToken":"api-1","requestType":"events","events":[\#(item)],"sentAt":\#(sentAt)}"#
  }

  @Test func itemsMoveByTheDifference() async throws {
    try await APIServer.with { server async throws in
      // An hour ahead, and a day and a half behind.
      for (offset, age) in [(3600, 0), (3600, 60), (-129_600, 86_400)] {
        let sent = Self.now + Int64(offset)
        let answer = try await server.post(Self.batch("\(sent - Int64(age)).250", sentAt: "\(sent).250"))
        #expect(answer == #"200 {"ok":true,"accepted":1}"#)
      }
      let times = try await server.fragments().map { $0.prefix(33) }
      #expect(
        times == [
          #""time":"2026-11-22T10:00:00.000Z""#, #""time":"2026-11-22T09:59:00.000Z""#,
          #""time":"2026-11-21T10:00:00.000Z""#,
        ]
      )
      // Without it such a batch is refused; with it, what is out of range by our clock is.
      let ahead = #"{"event":"hello","userId":7,"time":\#(Self.now + 3600)}"#
      let body = #"{"botId":1,"apiToken":"api-1","requestType":"events","events":[\#(ahead)]}"#
      #expect(try await server.post(body).contains(#""error":"invalid_time""#))
      let late = try await server.post(Self.batch("\(Self.now + 3601)", sentAt: "\(Self.now + 3600)"))
      #expect(late.contains(#""index":0,"field":"time","error":"invalid_time""#), "\(late)")
      for wrong in ["\"x\"", "0", "-1", "1e300", "9223372036854775807", "true", "[]", "\(APIServer.start)"] {
        let answer = try await server.post(Self.batch("\(Self.now)", sentAt: wrong))
        #expect(answer.hasPrefix("400 "), "\(answer)")
        #expect(answer.contains(#""error":"invalid_sent_at","field":"sentAt""#), "\(answer)")
      }
      #expect(try await server.post(Self.batch("\(Self.now)", sentAt: "null")) == #"200 {"ok":true,"accepted":1}"#)
      #expect(try await server.fragments().count == 4)
    }
  }
}
