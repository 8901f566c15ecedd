import HowUsedModel
import Testing

@Suite struct BatchTests {
  private func batch(_ items: String, _ rest: String = "") -> String {
    #"{"botId":7,"events":[\#(items)],"apiToken":"t","requestType":"events"\#(rest)}"#
  }

  private func item(_ rest: String = "", event: String = "common", userID: Int = 1) -> String {
    #"{"event":"\#(event)","userId":\#(userID)\#(rest)}"#
  }

  @Test func goodBatch() throws {
    let decoded = try decode(
      batch(
        item() + " , "
          + item(
            #","param_1":"e\n","registerTime":1616161616,"x":[{}],"time":\#(now - 1).25"#,
            event: "🚀старт",
            userID: -2
          )
          + "," + item(#","time":null,"botId":"ignored","requestType":1,"events":[1]"#)
      )
    )
    #expect(decoded.type == "events")
    #expect(
      decoded.fragments == [
        #""botId":7,"userId":1,"event":"common""#,
        #""time":"2026-11-22T09:59:59.250Z","botId":7,"userId":-2,"event":"🚀старт","param_1":"e\n","userRegisterTime":1616161616"#,
        #""botId":7,"userId":1,"event":"common""#,
      ]
    )
  }

  /// Wherever the keys stand.
  @Test func keyOrder() throws {
    for body in [
      #"{"requestType":"events","botId":7,"apiToken":"t","events":[{"event":"abc","userId":1}]}"#,
      #"{"events":[{"event":"abc","userId":1}],"apiToken":"t","requestType":"events","botId":7}"#,
    ] {
      #expect(try decode(body).fragments == [#""botId":7,"userId":1,"event":"abc""#])
    }
  }

  @Test func sizes() throws {
    for count in [1, 20, 999, 1000] {
      let items = Array(repeating: item(), count: count).joined(separator: ",")
      #expect(try decode(batch(items)).fragments.count == count)
    }
    for count in [0, 1001, 5000] {
      let error = refusal(batch(Array(repeating: item(), count: count).joined(separator: ",")))
      #expect(error?.code == .invalidEvents)
      #expect(error?.description == "Bad Request: events must hold 1 to 1000 items, got \(count)")
    }
  }

  @Test func everyBadItemIsReported() throws {
    let error = try #require(
      refusal(
        batch(
          [
            item(), item(event: "ab"), item(userID: 0), "1", "[]", "{}", item(#","time":"1""#),
            item(#","param_2":[]"#), item(#","userRegisterTime":1"#), item(),
          ].joined(separator: ",")
        )
      )
    )
    #expect(error.code == .invalidEvents)
    #expect(error.field == "events")
    #expect(error.description == "Bad Request: 8 of 10 events are invalid, so nothing was stored")
    #expect(error.items.map(\.index) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(
      error.items.map(\.code.rawValue) == [
        "invalid_event", "invalid_user_id", "invalid_events", "invalid_events", "invalid_event", "invalid_time",
        "invalid_param", "invalid_user_register_time",
      ]
    )
    #expect(error.items.map(\.field) == ["event", "userId", nil, nil, "event", "time", "param_2", "userRegisterTime"])
    #expect(
      error.json.contains(
        #""errors":[{"index":1,"field":"event","error":"invalid_event","description":"Bad Request: event must be 3 to 20 characters, got 2"},{"#
      )
    )
  }

  @Test func firstTwentyErrors() throws {
    let error = try #require(refusal(batch(Array(repeating: "0", count: 1000).joined(separator: ","))))
    #expect(error.items.map(\.index) == Array(0..<20))
    #expect(error.description.contains("1000 of 1000"))
  }

  @Test(
    arguments: [
      ("\(now)", now * 1000), ("\(now).999", now * 1000 + 999), ("\(now - 604_800)", (now - 604_800) * 1000),
      ("\(now - 1).0019", (now - 1) * 1000 + 1), ("\(now + 1)", nil), ("\(now - 604_801).999", nil), ("-1", nil),
      ("1e400", nil), ("\(now)000", nil), ("true", nil), ("\"\(now)\"", nil), ("[]", nil), ("9223372036854775807", nil),
    ] as [(String, Int64?)]
  )
  func time(value: String, milliseconds: Int64?) throws {
    let body = batch(item(#","time":\#(value)"#))
    if let milliseconds {
      #expect(
        try decode(body).fragments.first?.hasPrefix(#""time":"\#(UTCTime.format(milliseconds: milliseconds))","#)
          == true
      )
    } else {
      #expect(refusal(body)?.items.first?.code == .invalidTime)
    }
  }

  @Test func millisecondsAreNamedAndNotGuessed() {
    #expect(refusal(batch(item(#","time":\#(now)000"#)))?.items.first?.description.contains("milliseconds") == true)
  }

  @Test func noArray() {
    #expect(refusal(#"{"botId":7,"apiToken":"t","requestType":"events"}"#)?.code == .invalidEvents)
    for value in ["{}", "null", "\"[]\"", "1"] {
      let error = refusal(#"{"botId":7,"apiToken":"t","requestType":"events","events":\#(value)}"#)
      #expect(error?.code == .invalidEvents)
    }
  }

  /// For any other request `events` is a key like another.
  @Test func eventsElsewhere() throws {
    #expect(try decode(event(#","events":[1,{"event":"x"}]"#)).event == "common")
    #expect(try decode(event(#","events":"x""#)).event == "common")
  }

  @Test(arguments: [
    "{", "{}}", "{} {}", "{},", ",{}", "{}]", "[", #"{"event":"abc","event":"abc"}"#, #"{"x":1,"x":2}"#,
  ])
  func malformed(items: String) {
    let code = refusal(batch(items))?.code
    #expect(code == .invalidJSON || code == .duplicateField)
  }

  /// One good batch must not leave anything to the next request.
  @Test func decoderIsUsedAgain() throws {
    var decoder = RequestDecoder()
    for count in [3, 1, 2] {
      let items = Array(repeating: item(), count: count).joined(separator: ",")
      #expect(try decode(Array(batch(items).utf8), .json, &decoder).fragments.count == count)
      #expect((try? decode(Array(batch("1").utf8), .json, &decoder)) == nil)
      #expect((try? decode(Array(#"{"botId":7,"apiToken":"t","requestType":"events"}"#.utf8), .json, &decoder)) == nil)
    }
  }
}
