import Testing

@testable import HowUsedStore

struct TokenTests {
  @Test("A new token is a version 4 UUID in lower case, and never the same")
  func random() throws {
    let pattern = try Regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    let tokens = (0..<1000).map { _ in Token.random().text }
    for token in tokens { #expect(token.wholeMatch(of: pattern) != nil, "\(token)") }
    #expect(Set(tokens).count == tokens.count)
  }

  @Test("What can be imported", arguments: ["12345678", "6f1c2f9e-3f0a-4b53-9a3e-0d6c3b1e7a55", "Aa0!~_/+="])
  func accepted(text: String) { #expect(Token(text)?.text == text) }

  @Test(
    "What can't",
    arguments: ["", "1234567", "with blank", "tab\tabcdef", "наш-токен", String(repeating: "a", count: 129)]
  )
  func refused(text: String) { #expect(Token(text) == nil) }

  @Test("A token doesn't get into logs by accident")
  func hidden() { #expect("\(Token.random())" == "<token>") }

  @Test("The hash is SHA-256 (FIPS 180-2, example B.1)")
  func hash() {
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(TokenHash(of: "abc").hex == expected)
    #expect(TokenHash(hex: expected)?.isEqual(to: TokenHash(of: "abc")) == true)
    #expect(TokenHash(hex: expected.uppercased()) == TokenHash(of: "abc"))
  }

  @Test("A difference anywhere is a difference", arguments: 0..<64)
  func difference(position: Int) throws {
    var digits = Array(TokenHash(of: "abc").hex)
    digits[position] = digits[position] == "0" ? "1" : "0"
    let other = try #require(TokenHash(hex: String(digits)))
    #expect(!other.isEqual(to: TokenHash(of: "abc")))
  }

  @Test(
    "What isn't a hash",
    arguments: ["", "ab", String(repeating: "g", count: 64), String(repeating: "+", count: 64)]
  )
  func notAHash(text: String) { #expect(TokenHash(hex: text) == nil) }

  @Test("Only 64 hexadecimal digits are a hash, no signs")
  func signs() { #expect(TokenHash(hex: "+" + String(repeating: "0", count: 63)) == nil) }
}
