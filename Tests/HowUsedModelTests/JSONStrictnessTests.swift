import HowUsedModel
import Testing

@Suite struct JSONStrictnessTests {
  private let head = #"{"botId":1,"apiToken":"t","requestType":"getOnline""#

  private func isRefused(_ body: String, as code: ErrorCode = .invalidJSON) -> Bool {
    refusal(body)?.code == code
  }

  /// Any prefix of a good body is a bad one.
  @Test func truncatedAnywhere() {
    let body = Array(
      #" {"botId" : 1, "apiToken":"\u0074я🚀","requestType":"event","userId":-1.5e+3,"x":[{"a":[true,null]},{}],"event":"a"} "#
        .utf8
    )
    for count in 0..<body.count - 2 {
      #expect(refusal(Array(body[..<count]), .json)?.code == .invalidJSON, "cut at \(count)")
    }
  }

  @Test(
    arguments: [
      "[]", "[{}]", "null", "1", "\"{}\"", "true", "{", "}", "{,}", "{}}", "{} {}", "{}x", "{\"a\"}", "{\"a\":}",
      "{\"a\":1,}",
      "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":-}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}",
      "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":0x10}", "{\"a\":-01}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":True}",
      "{\"a\":tru}", "{\"a\":nulll}", "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":[1}", "{\"a\":{]}",
      "{\"a\":{\"b\"}}", "{\"a\":{\"b\":1,}}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12G4\"}",
      "{\"a\":\"\\\"}", "{\"a\":\"\n\"}", "{\"a\":\"\u{0}\"}", "{\"a\":\"\u{1F}\"}", "{\"a\":\"\\ud800\"}",
      "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\ud800\\ud800\"}", "{\"a\":\"\\udc00\\ud800\"}",
      "{\"a\":\"\\ud800x\"}", "\u{FEFF}{}", "{\"a\":1}\u{0}", "\u{0}{}", "{\u{A0}}", "{}\u{2028}", "/**/{}",
      "{\"a\":1//\n}",
    ])
  func malformed(body: String) {
    #expect(isRefused(body), "\(body)")
  }

  @Test(
    arguments: [
      "0", "-0", "10", "-10.25", "0.5", "1e5", "1E+5", "1e-5", "1e400", "-1e-400", "1234567890123456789",
      "12345678901234567890", "0.0000000000000000000000001", "\"\\u0000\"", "\"\\uD83D\\uDE80\"", "\"\\/\"", "true",
      "false",
      "null", "[]", "{}", "[[],{}]", "[1,\"\",{\"\":[]}]", "{\"a\":{\"a\":1,\"a\":2}}", " [ 1 , 2 ] ", "\t\r\n1\n",
      "\"\u{7F}\"", "\"\u{FFFF}\"", "\"\u{10FFFF}\"",
    ])
  func unknownKeysAreSkipped(value: String) throws {
    let decoded = try decode(head + #","unknown":\#(value)}"#)
    #expect(decoded.seconds == 120)
    #expect(try decode(#"{"unknown":\#(value),"# + head.dropFirst() + "}").seconds == 120)
  }

  @Test(
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
      [0xE1, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF1, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ] as [[UInt8]]
  )
  func invalidUTF8(bytes: [UInt8]) {
    for prefix in ["", "\\n", "seven77"] {
      let key = Array(#"{"botId":1,"apiToken":"t","k"#.utf8) + bytes + Array(#"":1}"#.utf8)
      #expect(refusal(key, .json)?.code == .invalidJSON)
      let value = Array(#"{"botId":1,"apiToken":"t","k":"\#(prefix)"#.utf8) + bytes
      #expect(refusal(value + Array("\"}".utf8), .json)?.code == .invalidJSON)
      #expect(refusal(value, .json)?.code == .invalidJSON)
    }
  }

  @Test func nesting() throws {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      func nested(_ depth: Int) -> String {
        head + #","x":"# + String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth) + "}"
      }
      #expect(try decode(nested(16)).seconds == 120)
      #expect(isRefused(nested(17)))
      #expect(isRefused(nested(100_000)))
      // Unclosed.
      #expect(isRefused(head + #","x":"# + String(repeating: open, count: 10)))
    }
    // Wide is not deep.
    #expect(
      try decode(head + #","x":["# + Array(repeating: "[[]]", count: 100).joined(separator: ",") + "]}").seconds == 120
    )
  }

  @Test(
    arguments: [
      (#","botId":1"#, "botId"), (#","requestType":"getOnline""#, "requestType"), (#","b\u006ftId":1"#, "b\\u006ftId"),
      (#","seconds":1,"seconds":1"#, "seconds"), (#","x":1,"x":2"#, "x"), (#","x":1,"y":2,"\u0078":3"#, "\\u0078"),
      (#","":1,"":2"#, ""), (#","events":[],"events":[]"#, "events"), (#","param_1":null,"param_1":null"#, "param_1"),
    ])
  func duplicates(rest: String, name: String) {
    let error = refusal(head + rest + "}")
    #expect(error?.code == .duplicateField)
    #expect(error?.field == name)
  }

  @Test func manyFields() throws {
    let fields = (0..<100_000).map { #","k\#($0)":0"# }
    let many = head + fields.prefix(60_000).joined()
    #expect(try decode(many + "}").seconds == 120)
    #expect(isRefused(many + #","k59999":0}"#, as: .duplicateField))
    #expect(refusal(head + fields.joined() + "}")?.code == .payloadTooLarge)
    let short = (0..<100_000).map { #","\#(String($0, radix: 36))":0"# }.joined()
    #expect(short.utf8.count < Limits.bodyBytes - 100)
    #expect(try decode(head + short + "}").seconds == 120)
  }

  @Test func longStrings() throws {
    for filler in ["a", "я", "\\n", "\\ud83d\\ude80"] {
      let long = String(repeating: filler, count: 1_000_000 / filler.utf8.count)
      #expect(try decode(head + #","x":"\#(long)"}"#).seconds == 120)
      #expect(isRefused(head + #","x":"\#(long)"#))
      let error = refusal(#"{"botId":1,"apiToken":"t","requestType":"event","userId":1,"event":"\#(long)"}"#)
      #expect(error?.code == .invalidEvent)
      #expect((error?.json.utf8.count ?? 1000) < 300)
    }
    let digits = String(repeating: "9", count: 1_000_000)
    #expect(try decode(head + #","seconds":\#(digits)}"#).seconds == 600)
    #expect(refusal(#"{"botId":\#(digits)}"#)?.code == .invalidBotID)
    #expect(
      refusal(event(#","userRegisterTime":0.\#(digits)e\#(digits)"#.prefix(900_000) + ""))?.code
        == .invalidUserRegisterTime
    )
  }

  @Test func tooLong() {
    #expect(refusal(String(repeating: " ", count: Limits.bodyBytes + 1))?.code == .payloadTooLarge)
    #expect(refusal(String(repeating: " ", count: Limits.bodyBytes))?.code == .invalidJSON)
  }

  /// The memory of one request must not be seen by the next.
  @Test func decoderIsUsedAgain() throws {
    var decoder = RequestDecoder()
    let long = event(#","param_1":"\#(String(repeating: "\\n", count: 200))","x":1,"userRegisterTime":1600000000"#)
    for _ in 0..<3 {
      #expect(try decode(Array(long.utf8), .json, &decoder).registerTime == 1_600_000_000)
      let short = try decode(Array(event("").utf8), .json, &decoder)
      #expect(short.registerTime == nil)
      #expect(short.params == ["", "", ""])
      let big = head + #","x":"\n\#(String(repeating: "y", count: 5000))"}"#
      #expect(try decode(Array(big.utf8), .json, &decoder).seconds == 120)
      #expect((try? decode(Array("{".utf8), .json, &decoder)) == nil)
      #expect((try? decode([], .json, &decoder)) == nil)
    }
  }
}
