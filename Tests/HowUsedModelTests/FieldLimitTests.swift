import HowUsedModel
import Testing

/// Every field at, below and above each of its limits.
@Suite struct FieldLimitTests {
  private func code(_ body: String) -> String { refusal(body)?.code.rawValue ?? "ok" }

  @Test(
    arguments: [
      ("1", true), ("9007199254740992", true), ("\"1\"", true), ("\"9007199254740992\"", true),
      ("0", false), ("-1", false), ("9007199254740993", false), ("9223372036854775808", false),
      ("10000000000000000000", false), ("1e400", false), ("1e3", false), ("1.0", false), ("-0", false),
      ("\"\"", false), ("\"01\"", false), ("\"+1\"", false), ("\" 1\"", false), ("\"1 \"", false), ("\"1.0\"", false),
      ("\"0x1\"", false), ("\"١\"", false), ("null", false), ("true", false), ("[1]", false), ("{}", false),
    ])
  func botID(value: String, isValid: Bool) {
    let body = #"{"botId":\#(value),"apiToken":"t","requestType":"getOnline"}"#
    #expect(code(body) == (isValid ? "ok" : "invalid_bot_id"))
  }

  @Test(
    arguments: [
      ("1", true), ("-1", true), ("9223372036854775807", true), ("-9223372036854775808", true),
      ("\"-9223372036854775808\"", true), ("\"9223372036854775807\"", true), ("999999999999999999", true),
      ("0", false), ("-0", false), ("\"0\"", false), ("\"-0\"", false), ("9223372036854775808", false),
      ("-9223372036854775809", false), ("99999999999999999999", false), ("\"-\"", false), ("\"--1\"", false),
      ("1.5", false), ("1e2", false), ("null", false), ("false", false), ("\"\"", false), ("\"abc\"", false),
    ])
  func userID(value: String, isValid: Bool) {
    let body = #"{"botId":1,"apiToken":"t","requestType":"event","event":"common","userId":\#(value)}"#
    #expect(code(body) == (isValid ? "ok" : "invalid_user_id"))
  }

  @Test func missingFields() {
    #expect(code(#"{"apiToken":"t","requestType":"event"}"#) == "invalid_bot_id")
    #expect(code(#"{"botId":1,"requestType":"event"}"#) == "unauthorized")
    #expect(code(#"{"botId":1,"apiToken":"t","requestType":"event","event":"common"}"#) == "invalid_user_id")
    #expect(code(#"{"botId":1,"apiToken":"t","requestType":"event","userId":1}"#) == "invalid_event")
    #expect(code("{}") == "invalid_bot_id")
    #expect(refusal(#"{"apiToken":"t"}"#)?.description.hasPrefix("Bad Request: botId is missing") == true)
  }

  @Test(arguments: ["", #","apiToken":null"#, #","apiToken":"""#])
  func missingToken(member: String) {
    #expect(refusal(#"{"botId":1\#(member)}"#) == .missingToken)
  }

  @Test(arguments: ["1", "true", "[]", "{}", "\"\(String(repeating: "x", count: 129))\""])
  func token(value: String) {
    #expect(refusal(#"{"botId":1,"apiToken":\#(value)}"#) == .unauthorized)
  }

  @Test func longestToken() throws {
    let token = String(repeating: "x", count: 128)
    #expect(try decode(#"{"botId":1,"apiToken":"\#(token)","userId":1}"#).token == token)
  }

  @Test(
    arguments: [
      (#""abc""#, true), (#""12345678901234567890""#, true), (#""🚀🚀🚀""#, true),
      (#""\#(String(repeating: "🚀", count: 20))""#, true), (#""\ud83d\ude80ab""#, true), (#""a b""#, true),
      ("\"\u{A0}\u{E000}a\"", true),
      (#""ab""#, false), (#""🚀🚀""#, false), (#""123456789012345678901""#, false), (#""""#, false),
      (#""\#(String(repeating: "🚀", count: 21))""#, false), (#""ab\n""#, false), (#""ab\u0000""#, false),
      ("\"ab\u{7F}\"", false), ("\"ab\u{80}\"", false), ("\"ab\u{9F}\"", false), (#""ab\u0085""#, false),
      ("123", false), ("true", false), ("null", false), ("[\"abc\"]", false), ("{}", false),
    ])
  func eventName(value: String, isValid: Bool) {
    let body = #"{"botId":1,"apiToken":"t","requestType":"event","userId":1,"event":\#(value)}"#
    #expect(code(body) == (isValid ? "ok" : "invalid_event"))
  }

  @Test(arguments: ["param_1", "param_2", "param_3"])
  func param(name: String) throws {
    let longest = String(repeating: "я", count: 128)
    #expect(code(event(#","\#(name)":"\#(longest)""#)) == "ok")
    #expect(code(event(#","\#(name)":"\#(longest)a""#)) == "invalid_param")
    // 257 bytes as sent, 256 decoded.
    #expect(code(event(#","\#(name)":"\n\#(String(repeating: "a", count: 255))""#)) == "ok")
    #expect(refusal(event(#","\#(name)":"\#(longest)a""#))?.field == name)
    #expect(code(event(#","\#(name)":[]"#)) == "invalid_param")
    #expect(code(event(#","\#(name)":{"a":1}"#)) == "invalid_param")
    let place = Int(String(name.suffix(1))).map { $0 - 1 } ?? 0
    for (sent, text) in [("-1.5E+2", "-1.5E+2"), ("true", "true"), ("false", "false"), ("null", ""), ("\"\"", "")] {
      #expect(try decode(event(#","\#(name)":\#(sent)"#)).params[place] == text)
    }
  }

  @Test(
    arguments: [
      ("1", 1), ("\"1\"", 1), ("119", 119), ("599", 599), ("600", 600), ("601", 600), ("99999999999999999999", 600),
      ("null", 120), ("\"\"", 120), ("0", nil), ("-1", nil), ("-99999999999999999999", nil), ("1.5", nil), ("1e2", nil),
      ("true", nil), ("\"x\"", nil), ("[]", nil),
    ] as [(String, Int?)]
  )
  func seconds(value: String, expected: Int?) {
    let body = #"{"botId":1,"apiToken":"t","requestType":"getOnline","seconds":\#(value)}"#
    #expect((try? decode(body))?.seconds == expected)
    if expected == nil { #expect(code(body) == "invalid_seconds") }
  }

  @Test(
    arguments: [
      ("1262304000", 1_262_304_000), ("\"1616161616\"", 1_616_161_616), ("1616161616.99", 1_616_161_616),
      ("\"1616161616.25\"", 1_616_161_616), ("1.616161616e9", 1_616_161_616), ("16161616160E-1", 1_616_161_616),
      ("\(now + 86_400)", now + 86_400), ("\(now + 86_400).9", now + 86_400),
      ("1262303999", nil), ("1262303999.99", nil), ("\(now + 86_401)", nil), ("0", nil), ("-1", nil), ("1e400", nil),
      ("1e-400", nil), ("1616161616000", nil), ("9223372036854775808", nil), ("\"2021-03-19\"", nil), ("true", nil),
      ("[]", nil), ("\"1616161616 \"", nil), ("\"nan\"", nil),
    ] as [(String, Int64?)]
  )
  func registerTime(value: String, expected: Int64?) {
    for name in ["userRegisterTime", "registerTime"] {
      let body = event(#","\#(name)":\#(value)"#)
      #expect((try? decode(body))?.registerTime == expected)
      if expected == nil {
        #expect(code(body) == "invalid_user_register_time")
        #expect(refusal(body)?.field == name)
      }
    }
  }

  @Test func registerTimeInMillisecondsIsNamed() {
    for value in ["1616161616000", "\"1616161616123\"", "1616161616123.5"] {
      let error = refusal(event(#","userRegisterTime":\#(value)"#))
      #expect(error?.description.contains("milliseconds") == true)
    }
    #expect(refusal(event(#","userRegisterTime":5"#))?.description.contains("milliseconds") == false)
  }

  @Test func registerTimeAndItsAlias() throws {
    #expect(
      try decode(event(#","registerTime":1500000000,"userRegisterTime":1600000000"#)).registerTime == 1_600_000_000
    )
    #expect(try decode(event(#","registerTime":1500000000,"userRegisterTime":null"#)).registerTime == 1_500_000_000)
    #expect(try decode(event(#","userRegisterTime":"""#)).registerTime == nil)
  }

  @Test(arguments: [#""Event""#, #""""#, "1", "[]", "true", #""getonline""#, #""eventss""#])
  func requestType(value: String) {
    let error = refusal(#"{"botId":1,"apiToken":"t","requestType":\#(value)}"#)
    #expect(error?.code == .invalidRequestType)
    #expect(error?.description.contains("event, events, getOnline or update") == true)
  }

  @Test func missingRequestTypeIsUpdate() throws {
    #expect(try decode(#"{"botId":1,"apiToken":"t","userId":2,"requestType":null}"#).type == "update")
    #expect(try decode(#"{"botId":1,"apiToken":"t","userId":2,"event":"x"}"#).type == "update")
  }

  /// A stranger is told nothing of the other fields; but what is unreadable is.
  @Test func errorsOfFieldsWaitForAuthorisation() throws {
    var decoder = RequestDecoder()
    let body = Array(#"{"botId":1,"apiToken":"t","requestType":"event","userId":0,"event":1}"#.utf8)
    let request = try body.withUnsafeBytes { try decoder.decode($0, contentType: .json, now: now) }
    #expect(request.botID.rawValue == 1)
    #expect(throws: RequestError.self) { try request.body.get() }
  }

  /// No answer may hold a token.
  @Test func tokensAreNotEchoed() {
    let secret = "6e54f4a9-1c0a-4a1e-9c66-2f4f3f1f5a1b"
    for body in [
      #"{"botId":0,"apiToken":"\#(secret)"}"#, #"{"botId":1,"apiToken":["\#(secret)"]}"#,
      #"{"botId":1,"apiToken":"\#(secret)","apiToken":"\#(secret)"}"#, #"{"botId":1,"apiToken":"\#(secret)""#,
      #"{"botId":1,"apiToken":"\#(secret)","requestType":"x"}"#,
    ] {
      #expect(refusal(body)?.json.contains("6e54") == false)
    }
  }
}
