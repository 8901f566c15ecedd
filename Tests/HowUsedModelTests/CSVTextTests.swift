import NIOCore
import Testing

@testable import HowUsedModel

@Suite struct CSVTextTests {
  private func cell(_ text: String, isAlwaysQuoted: Bool) -> String {
    var output = ByteBuffer()
    CSVText.write(Array(text.utf8), isAlwaysQuoted: isAlwaysQuoted, to: &output)
    return String(buffer: output)
  }

  @Test("The rule against formulas is the same with quotes around everything and without")
  func formulas() {
    for start in ["=", "+", "-", "@", "  =", "\t", "＝", "＋", "－", "＠"] {
      #expect(cell("\(start)1+1", isAlwaysQuoted: true) == "\"'\(start)1+1\"")
      #expect(cell("\(start)1+1", isAlwaysQuoted: false) == "'\(start)1+1")
      #expect(cell("\(start)a,\"b\"", isAlwaysQuoted: false) == "\"'\(start)a,\"\"b\"\"\"")
    }
    for start in ["\r", "\n"] { #expect(cell("\(start)=1", isAlwaysQuoted: false) == "\"'\(start)=1\"") }
  }

  @Test("Other text stays as it is, in quotes where it needs them")
  func plain() {
    for text in ["", "a=b", "🚀", "/start", "ï¼"] {
      #expect(cell(text, isAlwaysQuoted: false) == text)
      #expect(cell(text, isAlwaysQuoted: true) == "\"\(text)\"")
    }
    for text in ["a,b", "a\nb", "a\rb"] { #expect(cell(text, isAlwaysQuoted: false) == "\"\(text)\"") }
    #expect(cell("a\"b", isAlwaysQuoted: false) == "\"a\"\"b\"")
  }
}
