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
    let digits = Array(hex(high) + hex(low))
    let groups = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
    return Token(unchecked: groups.map { String($0) }.joined(separator: "-"))
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  package var hash: TokenHash { TokenHash(of: text) }

  /// Hidden, so that a token never ends up in a log by interpolation; print ``text`` where it is meant.
  package var description: String { "<token>" }
}
