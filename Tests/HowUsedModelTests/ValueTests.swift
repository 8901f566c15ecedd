import HowUsedModel
import NIOCore
import Testing

@Suite struct ValueTests {
  @Test func botID() {
    #expect(BotID(rawValue: 0) == nil)
    #expect(BotID(rawValue: 1)?.description == "1")
    #expect(BotID(rawValue: 1 << 53) != nil)
    #expect(BotID(rawValue: 1 << 53 + 1) == nil)
    #expect(BotID("12") == BotID(rawValue: 12))
    #expect(BotID("x") == nil)
  }

  @Test func userID() {
    #expect(UserID(rawValue: 0) == nil)
    #expect(UserID("-5")?.rawValue == -5)
    #expect(UserID(rawValue: .min)?.description == "-9223372036854775808")
  }

  @Test func partition() {
    #expect(Partition(rawValue: 7).description == "p07")
    #expect(Partition(rawValue: 15).description == "p15")
    #expect(Partition(rawValue: 123).description == "p123")
  }

  @Test(
    arguments: [
      "0-0", "1763800000000-0", "18446744073709551615-18446744073709551615", "5-18446744073709551615",
    ])
  func streamID(text: String) throws {
    let id = try #require(StreamID(text))
    #expect(id.description == text)
    var buffer = ByteBuffer()
    #expect(id.write(to: &buffer) == text.utf8.count)
    #expect(String(buffer: buffer) == text)
    #expect(id.next > id || id == .max)
  }

  @Test(arguments: [
    "", "-", "1", "1-", "-1", "1-2-3", "+1-2", "1-+2", " 1-2", "1-2 ", "a-b", "18446744073709551616-0", "١-1",
  ])
  func noStreamID(text: String) {
    #expect(StreamID(text) == nil)
  }

  @Test func streamIDOrder() {
    #expect(StreamID(milliseconds: 5, sequence: .max).next == StreamID(milliseconds: 6, sequence: 0))
    #expect(StreamID(milliseconds: 5, sequence: 9) < StreamID(milliseconds: 5, sequence: 10))
    #expect(StreamID(milliseconds: 5, sequence: .max) < StreamID(milliseconds: 6, sequence: 0))
    #expect(StreamID.max.next == .max)
    #expect(StreamID.zero.next == StreamID(milliseconds: 0, sequence: 1))
  }
}
