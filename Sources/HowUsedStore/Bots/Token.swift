import ByteText
import Crypto

/// A secret that a bot or a chart link shows: a random UUID in lower case, or whatever was imported.
package struct Token: Sendable, Equatable, CustomStringConvertible {
  /// What an imported token may be: 8 to 128 visible ASCII characters.
  package static let lengthLimits = 8...128

  package let text: String

  /// - Returns: nil when the text isn't 8 to 128 visible ASCII characters.
  package init?(_ text: String) {
    guard Self.lengthLimits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      return nil
    }
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }

  /// A new random (version 4) UUID from the system's secure generator.
  package static func random() -> Token {
    var generator = SystemRandomNumberGenerator()
    let high = generator.next() & 0xffff_ffff_ffff_0fff | 0x4000
    let low = generator.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    let digits = Array(Hex.text(high) + Hex.text(low))
    let groups = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
    return Token(unchecked: groups.map { String($0) }.joined(separator: "-"))
  }

  package var hash: TokenHash { TokenHash(of: text) }

  /// Hidden, so that a token never ends up in a log by interpolation; print ``text`` where it is meant.
  package var description: String { "<token>" }
}

/// The SHA-256 of a token: all that is kept of it.
package struct TokenHash: Sendable {
  private let a: UInt64
  private let b: UInt64
  private let c: UInt64
  private let d: UInt64

  package init(of token: String) {
    var copy = token
    self = copy.withUTF8 { TokenHash(of: UnsafeRawBufferPointer($0)) }
  }

  package init(of token: UnsafeRawBufferPointer) {
    var hasher = SHA256()
    hasher.update(bufferPointer: token)
    self = hasher.finalize().withUnsafeBytes { TokenHash(digest: $0) }
  }

  /// - Returns: nil unless the text is 64 hexadecimal digits.
  package init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    let words = stride(from: 0, to: 64, by: 16).compactMap { Hex.word(digits[$0..<$0 + 16]) }
    guard words.count == 4 else { return nil }
    (a, b, c, d) = (words[0], words[1], words[2], words[3])
  }

  /// The digest's bytes, which are always 32.
  private init(digest: UnsafeRawBufferPointer) {
    func word(_ index: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 << 8 | UInt64(digest[index * 8 + $1]) }
    }
    (a, b, c, d) = (word(0), word(1), word(2), word(3))
  }

  package var hex: String { [a, b, c, d].map { Hex.text($0) }.joined() }

  /// Compares in a time that doesn't depend on where they differ.
  package func isEqual(to other: TokenHash) -> Bool {
    (a ^ other.a) | (b ^ other.b) | (c ^ other.c) | (d ^ other.d) == 0
  }
}

extension TokenHash: Equatable {
  package static func == (left: TokenHash, right: TokenHash) -> Bool { left.isEqual(to: right) }
}

/// The two tokens of a bot in plain text: they exist only while they are made and shown, once.
package struct BotTokens: Sendable {
  package var api: Token
  package var view: Token

  package init(api: Token = .random(), view: Token = .random()) {
    self.api = api
    self.view = view
  }
}
