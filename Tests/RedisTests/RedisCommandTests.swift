import NIOCore
import Redis
import Testing

@Suite("Commands in RESP")
struct RedisCommandTests {
  @Test("every kind of argument")
  func arguments() {
    var command = RedisCommand("XADD", "ключ", 0, Int64.min, UInt64.max, 1.5, ByteBuffer(string: "a\r\nb"), [UInt8]())
    command.append("sub"[...])
    #expect(
      command.text
        == "*9\r\n$4\r\nXADD\r\n$8\r\nключ\r\n$1\r\n0\r\n$20\r\n-9223372036854775808\r\n$20\r\n18446744073709551615\r\n"
        + "$3\r\n1.5\r\n$4\r\na\r\nb\r\n$0\r\n\r\n$3\r\nsub\r\n"
    )
    #expect(RedisCommand(["GET", "a"]).text == "*2\r\n$3\r\nGET\r\n$1\r\na\r\n")
    #expect(command.count == 9)
  }

  @Test("integers at every power of ten")
  func integers() {
    var power: Int64 = 1
    for _ in 0..<19 {
      for value in [power - 1, power, power + 1, -power, 1 - power] {
        var buffer = ByteBuffer()
        buffer.writeRESPBulk(value)
        #expect(String(buffer: buffer) == "$\(String(value).utf8.count)\r\n\(value)\r\n")
      }
      power = power.multipliedReportingOverflow(by: 10).partialValue
    }
  }

  @Test(
    "texts around the lengths where the header grows",
    arguments: [0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10000, 100_000]
  )
  func lengths(length: Int) {
    let text = String(repeating: "x", count: length)
    var buffer = ByteBuffer()
    buffer.writeRESPArrayHeader(length)
    buffer.writeRESPBulk(text)
    #expect(String(buffer: buffer) == "*\(length)\r\n$\(length)\r\n\(text)\r\n")
  }

  @Test("a literal and a variable give the same bytes")
  func literals() {
    var literal = ByteBuffer()
    literal.writeRESPBulk("ZADD")
    var variable = ByteBuffer()
    variable.writeRESPBulk(String("ZADD"))
    #expect(literal == variable)
  }
}

extension RedisCommand {
  fileprivate var text: String {
    var buffer = ByteBuffer()
    write(to: &buffer)
    return String(buffer: buffer)
  }
}
