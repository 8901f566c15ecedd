import NIOCore
import Redis
import Testing

@Suite("Commands gathered before they are sent")
struct CommandBytesTests {
  @Test("the same bytes as ByteBuffer's, in pieces of every length, and again in the memory of the time before")
  func likeByteBuffer() {
    var bytes = CommandBytes()
    var head = CommandBytes()
    head.appendBulk("GT")
    for length in [0, 1, 9, 10, 99, 100, 511, 512, 999, 1000, 9999, 100_000] {
      let text = String(repeating: "я", count: length)
      bytes.removeAll()
      bytes.appendArrayHeader(length)
      bytes.appendBulk(text)
      bytes.append(head)
      for value in [0, -1, Int64(length), .min, .max] { bytes.appendBulk(value) }

      var expected = ByteBuffer()
      expected.writeRESPArrayHeader(length)
      expected.writeRESPBulk(text)
      expected.writeRESPBulk("GT")
      for value in [0, -1, Int64(length), .min, .max] { expected.writeRESPBulk(value) }

      var written = ByteBuffer()
      written.writeCommands(bytes)
      #expect(written == expected)
      #expect(bytes.count == expected.readableBytes)
      #expect(bytes.capacity >= bytes.count)
    }
  }

  @Test("nothing is nothing")
  func empty() {
    var bytes = CommandBytes()
    bytes.append(CommandBytes())
    var written = ByteBuffer(string: "before")
    written.writeCommands(bytes)
    #expect(written == ByteBuffer(string: "before"))
  }
}
