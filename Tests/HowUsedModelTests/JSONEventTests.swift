import HowUsedModel
import Testing

@Suite struct JSONEventTests {
  @Test func plainEvent() throws {
    let decoded = try decode(
      #"{"botId":1234567,"apiToken":"0a1b","requestType":"event","userId":-42,"event":"/testing","param_1":"en"}"#
    )
    #expect(decoded.type == "event")
    #expect(decoded.botID == 1_234_567)
    #expect(decoded.token == "0a1b")
    #expect(decoded.userID == -42)
    #expect(decoded.event == "/testing")
    #expect(decoded.params == ["en", "", ""])
    #expect(decoded.fragments == [#""botId":1234567,"userId":-42,"event":"/testing","param_1":"en""#])
  }

  @Test func escapesAreDecodedAndWrittenCanonically() throws {
    let decoded = try decode(
      #"{"bot\u0049d":"7","apiToken":"\u0074","requestType":"ev\u0065nt","userId":"1","event":"\ud83d\ude80ста\/рт","#
        + #""param_2":"\"\\\u0001\b\t\n\f\r\u007f","param_3":1.50e3,"userRegisterTime":1616161616.25}"#
    )
    #expect(decoded.event == "🚀ста/рт")
    #expect(decoded.params == ["", "\"\\\u{1}\u{8}\t\n\u{C}\r\u{7F}", "1.50e3"])
    #expect(
      decoded.fragments == [
        #""botId":7,"userId":1,"event":"🚀ста/рт","param_2":"\"\\\u0001\b\t\n\f\r"# + "\u{7F}"
          + #"","param_3":"1.50e3","userRegisterTime":1616161616"#
      ]
    )
  }

  @Test func updateAndOnline() throws {
    #expect(
      try decode(#"{"botId":7,"apiToken":"t","userId":3}"#).fragments == [#""type":"update","botId":7,"userId":3"#]
    )
    #expect(try decode(#"{"botId":7,"apiToken":"t","requestType":"getOnline"}"#).seconds == 120)
    #expect(try decode(#"{"botId":7,"apiToken":"t","requestType":"getOnline","seconds":"601"}"#).seconds == 600)
  }

  @Test func errorBody() throws {
    let error = try #require(refusal(event("", event: "ab")))
    #expect(
      error.json
        == #"{"ok":false,"error_code":400,"error":"invalid_event","field":"event","description":"Bad Request: event must be 3 to 20 characters, got 2"}"#
    )
  }
}
