import HowUsedModel
import Testing

@Suite struct FormTests {
  private let head = "botId=1&apiToken=t&requestType=event&userId=1"

  @Test func decoding() throws {
    let decoded = try decode(head + "&event=%2f%2F+%2B&param_1=a=b==&param_2=%00%22%5c&param_3=\"raw\\\"", .form)
    #expect(decoded.event == "// +")
    #expect(decoded.params == ["a=b==", "\0\"\\", "\"raw\\\""])
    #expect(
      decoded.fragments == [
        #""botId":1,"userId":1,"event":"// +","param_1":"a=b==","param_2":"\u0000\"\\","param_3":"\"raw\\\"""#
      ]
    )
  }

  /// Eight bytes are looked at at once: every character at every place, in names of every length.
  @Test func everyPlace() throws {
    for length in Limits.eventScalars {
      for place in 0..<length {
        var name = [UInt8](repeating: UInt8(ascii: "a"), count: length)
        for (byte, isValid) in [(0x1F, false), (0x20, true), (0x7E, true), (0x7F, false), (0x3D, true)] {
          name[place] = UInt8(byte)
          #expect((refusal(Array((head + "&event=").utf8) + name, .form) == nil) == isValid, "\(byte) at \(place)")
        }
        for (special, text) in [("%41", "A"), ("+", " "), ("&x=", nil), ("=", "=")] {
          var written = [String](repeating: "a", count: length)
          var expected = written
          written[place] = special
          expected[place] = text ?? ""
          if text == nil { expected.removeSubrange(place...) }
          let decoded = try? decode(head + "&event=" + written.joined() + "&param_1=z", .form)
          #expect(decoded?.event == (expected.count < 3 ? nil : expected.joined()))
          #expect(decoded == nil || decoded?.params[0] == "z")
        }
      }
    }
  }

  @Test func encodedNames() throws {
    #expect(try decode("%62otId=1&api%54oken=t&requestType=getOnline&second%73=9", .form).seconds == 9)
  }

  @Test func emptyParts() throws {
    #expect(try decode("&&" + head + "&&event=common&&x&=&y=&", .form).event == "common")
  }

  @Test(arguments: ["%", "%4", "%zz", "%4g", "%u0041", "100%", "%%41"])
  func invalidPercent(text: String) {
    #expect(refusal(head + "&event=common&x=\(text)", .form)?.code == .invalidForm)
    #expect(refusal("\(text)=1&" + head + "&event=common", .form)?.code == .invalidForm)
    #expect(refusal(head + "&event=common\(text)&param_1=1", .form)?.code == .invalidForm)
  }

  @Test(arguments: ["botId=1", "bot%49d=2", "event=a&event=b", "x=1&x=1", "x&%78=", "=1&="])
  func duplicates(rest: String) {
    #expect(refusal(head + "&" + rest, .form)?.code == .duplicateField)
  }

  @Test func invalidUTF8() {
    #expect(refusal(head + "&event=abc%ff", .form)?.code == .invalidEvent)
    #expect(refusal(head + "&event=%ed%a0%80abc", .form)?.code == .invalidEvent)
    #expect(refusal(head + "&event=abc&param_2=%c0%80", .form)?.code == .invalidParam)
    #expect(refusal(Array((head + "&event=abc").utf8) + [0xFF], .form)?.code == .invalidEvent)
    #expect(refusal("botId=%ff", .form)?.code == .invalidBotID)
    #expect(refusal("botId=1&apiToken=%ff", .form) == .unauthorized)
    // An unknown field may hold anything.
    #expect(refusal(head + "&event=abc&x=%ff", .form) == nil)
  }

  @Test(
    arguments: [
      ("event=ab", "invalid_event"), ("event=%09abc", "invalid_event"), ("event=%c2%85abc", "invalid_event"),
      ("", "invalid_event"), ("event=abc&param_1=\(String(repeating: "a", count: 257))", "invalid_param"),
      ("event=abc&userRegisterTime=1616161616000", "invalid_user_register_time"),
      ("event=abc&userRegisterTime=None", "invalid_user_register_time"),
      ("event=%F0%9F%9A%80%F0%9F%9A%80%F0%9F%9A%80&userRegisterTime=&param_1=", "ok"),
    ])
  func limits(rest: String, code: String) {
    #expect((refusal(head + "&" + rest, .form)?.code.rawValue ?? "ok") == code)
  }

  @Test func nothing() {
    #expect(refusal("", .form)?.code == .invalidBotID)
    #expect(refusal("", .unknown)?.code == .invalidBotID)
    #expect(refusal("", .json)?.code == .invalidJSON)
    #expect(refusal("<event/>", .classify("application/xml"))?.code == .unsupportedMediaType)
    #expect(refusal("", .classify("image/png"))?.code == .unsupportedMediaType)
  }

  @Test func longAndMany() throws {
    let long = String(repeating: "%41", count: 300_000)
    #expect(try decode(head + "&event=common&x=\(long)", .form).event == "common")
    #expect(refusal(head + "&event=\(long)", .form)?.code == .invalidEvent)
    let many = (0..<100_000).map { "&\(String($0, radix: 36))=" }.joined()
    #expect(try decode(head + "&event=common" + many, .form).event == "common")
    #expect(refusal(head + many + "&0=", .form)?.code == .duplicateField)
  }

  @Test func batchesAreJSONOnly() {
    #expect(refusal("botId=1&apiToken=t&requestType=events&events=[]", .form)?.code == .invalidEvents)
  }
}
