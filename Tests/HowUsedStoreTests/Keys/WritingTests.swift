import NIOCore
import Redis
import Testing

@testable import HowUsedModel
@testable import HowUsedStore

/// The commands that write an event and read who is online, byte by byte: other versions read what they wrote.
@Suite struct WritingTests {
  private let keys = KeySchema(partitions: 1)

  private func words(_ command: RedisCommand) -> [String] {
    var bytes = ByteBuffer()
    command.write(to: &bytes)
    return String(buffer: bytes).components
  }

  @Test("An event's XADD, as a command and before its fragment")
  func event() {
    let stream = EventStream(keys, keys.partitions[0])
    #expect(words(stream.add("f")) == ["*5", "XADD", "hu:{p00}:events", "*", "e", "f"])
    #expect(words(stream.add([0x66], id: "7-1")) == ["*5", "XADD", "hu:{p00}:events", "7-1", "e", "f"])
    var bytes = ByteBuffer()
    bytes.writeCommands(stream.makeHead())
    #expect(String(buffer: bytes).components == ["*5", "XADD", "hu:{p00}:events", "*", "e"])
  }

  @Test("Who is seen, counted and forgotten")
  func online() throws {
    let online = OnlineSet(keys, try #require(BotID(rawValue: 9)))
    let key = "hu:{p00}:online:9"
    #expect(words(online.add([(-5, 1000), (6, 2000)])) == ["*7", "ZADD", key, "GT", "1000", "-5", "2000", "6"])
    var head = ByteBuffer()
    head.writeRESPArrayHeader(OnlineSet.addArguments(users: 2))
    head.writeCommands(online.makeAddHead())
    #expect(String(buffer: head).components == ["*7", "ZADD", key, "GT"])
    let count = ["*4", "ZCOUNT", key, "880000", "+inf"]
    #expect(words(online.count(window: 120, now: 1_000_000)) == count)
    var bytes = ByteBuffer()
    online.writeCount(window: 120, now: 1_000_000, to: &bytes)
    #expect(String(buffer: bytes).components == count)
    let trim = [
      ["*4", "ZREMRANGEBYSCORE", key, "-inf", "399999"], ["*3", "PEXPIRE", key, "610000"], ["*2", "ZCARD", key],
    ]
    #expect(online.trim(now: 1_000_000).map(words) == trim)
  }
}

extension String {
  /// The lines of RESP but the lengths of texts.
  fileprivate var components: [String] {
    split(separator: "\r\n").map { String($0) }.filter { !$0.hasPrefix("$") }
  }
}
