import HowUsedModel

/// Random JSON objects of the kind that clients send, right and wrong. The same seed gives the same bodies.
struct GeneratedJSON {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  private static let keys = [
    "botId", "apiToken", "requestType", "event", "userId", "userRegisterTime", "registerTime", "param_1", "param_2",
    "param_3", "seconds", "time", "x", "unknown", "", "eventt", "param_4", "я", "botid",
  ]

  private static let numbers = [
    "0", "-0", "1", "42", "-100123", "1616161616", "1616161616.25", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "9007199254740993", "1e5", "1E-5", "0.5", "-1.5e+3", "123456789012345678901234567890",
    "1e308",
    "00", "01", "-", "1.", ".5", "1e", "+1", "1e400", "0x1", "NaN",
  ]

  private static let pieces = [
    "a", "abc", "12345678", "/", " ", "я", "регистрация", "🚀", "\u{7F}", "\u{85}", "\u{2028}", "\u{FFFF}", "\\n",
    "\\\"",
    "\\\\", "\\/", "\\b\\f\\r\\t", "\\u0041", "\\u00e9", "\\u20AC", "\\ud83d\\ude80", "\\u0000", "\\u001f",
    "\\ud800", "\\udc00", "\\ude80\\ud83d", "\\ud83dx", "\\x", "\\u12", "\\u12g4", "\n", "\u{1}", "\\",
  ]

  /// How many of each table's entries, from the start, are right.
  private static let goodNumbers = 17
  private static let goodPieces = 23

  private static let edits: [UInt8] =
    Array("{}[]\":,\\ 0e-.+tnu/\u{0}\n\u{1F}\u{7F}".utf8) + [0x80, 0xBF, 0xC0, 0xC3, 0xE2, 0xED, 0xF0, 0xF4, 0xFF]

  /// A body; about half of them hold nothing wrong, and half of the rest have had bytes changed at random.
  mutating func body() -> [UInt8] {
    let isGood = below(2) == 0
    var text = blanks() + "{"
    var keys = Self.keys
    for member in 0..<below(8) {
      if member > 0 { text += "," }
      text += blanks()
      // Mostly different keys; a duplicate now and then.
      let key = keys.isEmpty || below(40) == 0 ? pick(Self.keys) : keys.remove(at: below(keys.count))
      text += below(10) == 0 ? "\"\(string(isGood: isGood))\"" : "\"\(escaped(key))\""
      text += blanks() + ":" + blanks() + value(depth: 0, isGood: isGood) + blanks()
    }
    text += "}" + blanks()
    var bytes = Array(text.utf8)
    if !isGood, below(2) == 0 { mutate(&bytes) }
    return bytes
  }

  private mutating func value(depth: Int, isGood: Bool) -> String {
    switch below(depth > 3 ? 6 : 9) {
    case 0: return pick(["true", "false", "null"])
    case 1, 2: return Self.numbers[below(isGood || below(8) > 0 ? Self.goodNumbers : Self.numbers.count)]
    case 6:
      return "[" + (0..<below(4)).map { _ in value(depth: depth + 1, isGood: isGood) + blanks() }.joined(separator: ",")
        + "]"
    case 7:
      return "{"
        + (0..<below(4)).map { "\"k\($0)\":" + value(depth: depth + 1, isGood: isGood) }.joined(separator: ", ") + "}"
    default: return "\"\(string(isGood: isGood))\""
    }
  }

  private mutating func string(isGood: Bool) -> String {
    let count = isGood || below(8) > 0 ? Self.goodPieces : Self.pieces.count
    return (0..<below(7)).map { _ in Self.pieces[below(count)] }.joined()
  }

  /// The same key, one of its letters written as an escape now and then.
  private mutating func escaped(_ key: String) -> String {
    guard below(12) == 0, let first = key.utf8.first, first < 0x80 else { return key }
    return "\\u00" + String(first, radix: 16) + key.dropFirst()
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    for _ in 0...below(3) where !bytes.isEmpty {
      let place = below(bytes.count)
      switch below(5) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(Self.edits[below(Self.edits.count)], at: place)
      case 2: bytes[place] = Self.edits[below(Self.edits.count)]
      case 3: bytes.removeSubrange(place...)
      default: bytes.insert(contentsOf: bytes[place...].prefix(below(6)), at: place)
      }
    }
  }

  private mutating func blanks() -> String { below(6) == 0 ? pick([" ", "\n", "\t", "\r\n", "  "]) : "" }

  private mutating func pick(_ from: [String]) -> String { from[below(from.count)] }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
}
