import HowUsedModel
import NIOCore
import TestSupport
import Testing

@testable import Redis

/// What comes from the network is read the same however it is cut, and nothing that comes ends the process.
@Suite struct ReplyParserRandomTests {
  private var random = SplitMix64(state: TestRun.seed("ReplyParserRandomTests"))

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  private mutating func text(_ alphabet: [UInt8], atMost count: Int) -> [UInt8] {
    (0..<below(count + 1)).map { _ in alphabet[below(alphabet.count)] }
  }

  /// A reply's bytes, and what they mean.
  private mutating func reply(depth: Int = 0) -> (bytes: [UInt8], value: String) {
    switch below(depth < ReplyParser.maximumDepth ? 9 : 6) {
    case 0:
      let line = text(Array("ab -:$*\r".utf8), atMost: 9)
      return ([0x2B] + line + [0x0D, 0x0A], "+\(String(decoding: line, as: UTF8.self))")
    case 1:
      let line = text(Array("ERR x\n".utf8), atMost: 9)
      return ([0x2D] + line + [0x0D, 0x0A], "-\(String(decoding: line, as: UTF8.self))")
    case 2:
      let number = below(2) == 0 ? Int64(below(100)) : Int64.random(in: .min ... .max, using: &random)
      return (Array(":\(number)\r\n".utf8), ":\(number)")
    case 3: return (Array((below(2) == 0 ? "$-1\r\n" : "*-1\r\n").utf8), "null")
    case 4, 5:
      let bytes = text([0x0D, 0x0A, 0x24, 0x2A, 0x61, 0], atMost: below(30) == 0 ? 5000 : 20)
      let text = String(decoding: bytes, as: UTF8.self)
      return (Array("$\(bytes.count)\r\n".utf8) + bytes + [0x0D, 0x0A], "\"\(text)\"")
    default:
      let elements = (0..<below(5)).map { _ in reply(depth: depth + 1) }
      let text = elements.map(\.value).joined(separator: " ")
      return (Array("*\(elements.count)\r\n".utf8) + elements.flatMap(\.bytes), "[\(text)]")
    }
  }

  /// The values that a parser finds in pieces of up to `most` bytes, and whether it failed.
  private mutating func read(_ bytes: [UInt8], piecesOf most: Int) -> (values: [String], failed: Bool) {
    var parser = ReplyParser()
    var values: [String] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + 1 + below(most))
      do {
        try parser.feed(bytes[start..<end]) { reply in
          values.append(ReplyLog.text(RedisValue(reply)))
          return true
        }
      } catch { return (values, true) }
      start = end
    }
    return (values, false)
  }

  @Test("any replies, cut anywhere")
  mutating func pieces() {
    for _ in 0..<300 {
      let replies = (0..<1 + below(6)).map { _ in reply() }
      let bytes = replies.flatMap(\.bytes)
      for most in [1, 3, 40, bytes.count] {
        let read = read(bytes, piecesOf: most)
        #expect(read.values == replies.map(\.value) && !read.failed)
      }
    }
  }

  @Test("replies with bytes changed, left out and put in: the same replies and the same end, however they are cut")
  mutating func damaged() {
    let likely = Array("\r\n$*:+-0123456789".utf8)
    for _ in 0..<3000 {
      var bytes = (0..<1 + below(3)).flatMap { _ in reply().bytes }
      for _ in 0..<1 + below(3) where !bytes.isEmpty {
        let place = below(bytes.count)
        switch below(3) {
        case 0: bytes[place] = likely[below(likely.count)]
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(below(256)), at: place)
        }
      }
      let whole = read(bytes, piecesOf: bytes.count + 1 << 20)
      let single = read(bytes, piecesOf: 1)
      let cut = read(bytes, piecesOf: 7)
      #expect(whole.values == single.values && whole.failed == single.failed)
      #expect(whole.values == cut.values && whole.failed == cut.failed)
    }
  }

  @Test("an endless line is refused, in time that grows with its length only")
  mutating func endlessLine() {
    let line = [0x2B] + [UInt8](repeating: 0x61, count: ReplyParser.maximumLine + 2)
    #expect(read(line, piecesOf: 1).failed)
    #expect(read(Array(line.dropLast(2)), piecesOf: 1).failed == false)
  }
}
