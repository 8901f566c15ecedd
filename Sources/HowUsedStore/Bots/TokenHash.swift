import Crypto

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
    var words: [UInt64] = []
    guard hex.utf8.count == 64 else { return nil }
    var rest = hex[...]
    while !rest.isEmpty {
      guard rest.first?.isHexDigit == true, let word = UInt64(rest.prefix(16), radix: 16) else { return nil }
      words.append(word)
      rest = rest.dropFirst(16)
    }
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

  package var hex: String {
    [a, b, c, d].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Compares in a time that doesn't depend on where they differ.
  package func isEqual(to other: TokenHash) -> Bool {
    (a ^ other.a) | (b ^ other.b) | (c ^ other.c) | (d ^ other.d) == 0
  }
}

extension TokenHash: Equatable {
  package static func == (left: TokenHash, right: TokenHash) -> Bool { left.isEqual(to: right) }
}
