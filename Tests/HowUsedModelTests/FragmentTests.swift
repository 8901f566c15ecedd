import HowUsedModel
import NIOCore
import Testing

@Suite struct FragmentTests {
  private func parse(_ fragment: String) -> (ArchivedEvent, [String])? {
    var text = fragment
    return text.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      return ArchivedEvent(fragment: bytes).map { event in
        (
          event,
          [event.event, event.param1, event.param2, event.param3].map { ArchivedEvent.string(of: $0, in: bytes) }
        )
      }
    }
  }

  /// What a request's texts are written as is read back as the same texts.
  @Test func roundTrip() throws {
    let texts = [
      "a", "ab", "1234567", "12345678", "123456789", "\"", "\\", "12345678\"", "1234567\"89", "\u{0}", "\u{1F}",
      "\u{8}\t\n\u{C}\r",
      "\u{7F}\u{80}\u{A0}", "я", "🚀", "старт\"🚀\\", "/", String(repeating: "\u{1}", count: 256),
      String(repeating: "🚀", count: 64), "},{\"a\":1", "\u{2028}",
    ]
    for text in texts {
      let form =
        "botId=9007199254740992&apiToken=t&requestType=event&userId=-9223372036854775808&event=🚀\"\\&param_1="
        + text.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        + "&param_3=x&userRegisterTime=1262304000"
      let fragment = try #require(try decode(form, .form).fragments.first)
      let (event, strings) = try #require(parse(fragment))
      #expect(strings == ["🚀\"\\", text, "", "x"])
      #expect(event.botID.rawValue == 9_007_199_254_740_992)
      #expect(event.userID.rawValue == .min)
      #expect(event.userRegisterTime == 1_262_304_000)
      #expect(event.kind == .event)
      #expect(event.time == nil)
    }
  }

  /// Nothing that a request is stored as is longer; what somebody else has put there may be of any length.
  @Test func tooLongIsNoFragment() {
    func fragment(_ length: Int) -> String {
      let head = #""botId":1,"userId":2,"event":"abc","param_1":""#
      return head + String(repeating: "x", count: length - head.utf8.count - 1) + "\""
    }
    #expect(parse(fragment(Limits.fragmentBytes)) != nil)
    #expect(parse(fragment(Limits.fragmentBytes + 1)) == nil)
  }

  /// The longest fragment that there can be fits the memory that is kept for it.
  @Test func longest() throws {
    let control = String(repeating: "%01", count: 256)
    let body =
      "botId=9007199254740992&apiToken=t&requestType=event&userId=-9223372036854775808&event="
      + String(repeating: "🚀", count: 20) + "&param_1=\(control)&param_2=\(control)&param_3=\(control)"
      + "&userRegisterTime=\(now)"
    let fragment = try #require(try decode(body, .form).fragments.first)
    #expect(fragment.utf8.count < Limits.fragmentBytes)
    #expect(parse(fragment)?.1[3] == String(repeating: "\u{1}", count: 256))
  }

  @Test func updateAndBackfill() throws {
    #expect(parse(#""type":"update","botId":1,"userId":2"#)?.0.kind == .update)
    let event = try #require(parse(#""time":"2026-11-22T10:00:00.123Z","botId":1,"userId":2,"event":"abc""#)?.0)
    #expect(event.time == now * 1000 + 123)
  }

  @Test func escapedTextIntoBuffer() throws {
    let fragment = Array(#""botId":1,"userId":2,"event":"a\"b\u0001c""#.utf8)
    var buffer = ByteBuffer()
    try fragment.withUnsafeBytes { bytes in
      let event = try #require(ArchivedEvent(fragment: bytes))
      #expect(event.event.encoding == .jsonEscaped)
      #expect(ArchivedEvent.write(event.event, in: bytes, to: &buffer) == 5)
    }
    #expect(String(buffer: buffer) == "a\"b\u{1}c")
  }

  @Test func truncatedAnywhere() {
    let fragment =
      #""time":"2026-11-22T10:00:00.123Z","botId":1,"userId":2,"event":"a\"b\u0001c","param_1":"x","userRegisterTime":1"#
    for count in 0..<fragment.utf8.count {
      let cut = String(decoding: Array(fragment.utf8).prefix(count), as: UTF8.self)
      // A fragment without its last keys is a fragment.
      let isWhole = cut.hasSuffix(#"c""#) || cut.hasSuffix(#"x""#)
      #expect((parse(cut) != nil) == isWhole, "cut at \(count)")
    }
  }

  @Test(
    arguments: [
      "", #"{"botId":1,"userId":2,"event":"abc"}"#, #""botId": 1,"userId":2,"event":"abc""#,
      #""userId":2,"botId":1,"event":"abc""#, #""botId":"1","userId":2,"event":"abc""#,
      #""botId":0,"userId":2,"event":"abc""#, #""botId":1,"userId":0,"event":"abc""#,
      #""botId":01,"userId":2,"event":"abc""#,
      #""botId":1,"userId":2"#, #""type":"event","botId":1,"userId":2,"event":"abc""#,
      #""type":"update","botId":1,"userId":2,"event":"abc""#, #""botId":1,"userId":2,"event":"a\/c""#,
      #""botId":1,"userId":2,"event":"a\u0041c""#, #""botId":1,"userId":2,"event":"a\u0020c""#,
      #""botId":1,"userId":2,"event":"abc","param_2":"x","param_1":"x""#, #""botId":1,"userId":2,"event":"abc","x":1"#,
      #""botId":1,"userId":2,"event":"abc","userRegisterTime":1.5"#, #""botId":1,"userId":2,"event":"abc" "#,
      "\"botId\":1,\"userId\":2,\"event\":\"a\nc\"", #""time":"2026-11-22","botId":1,"userId":2,"event":"abc""#,
    ])
  func malformed(fragment: String) {
    #expect(parse(fragment) == nil)
  }

  @Test func appendedToABuffer() throws {
    var decoder = RequestDecoder()
    var buffer = ByteBuffer(string: ">")
    let body = Array(event(#","param_1":"\n""#).utf8)
    try body.withUnsafeBytes { bytes in
      let request = try decoder.decode(bytes, contentType: .json, now: now)
      guard case .event(let event) = try request.body.get() else { return }
      #expect(decoder.writeFragment(of: event, in: bytes, to: &buffer) == buffer.readableBytes - 1)
    }
    #expect(String(buffer: buffer) == #">"botId":7,"userId":42,"event":"common","param_1":"\n""#)
  }
}
