extension ReplyTape {
  /// More digits could overflow; hiredis knows what to make of them.
  private static let mostDigits = 15

  /// Reads the reply that `bytes` start with, if it is one text (`$2\r\nab\r\n`) or one number from 0 (`:12\r\n`) and all
  /// of it is there. So are nearly all replies to what one event or count asks for, and through hiredis each would take
  /// four times as many instructions. Returns the reply's length in bytes; nil for all else, mistakes included.
  mutating func readPlain(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count > 3 else { return nil }
    var number = 0
    var end = 1
    while end < bytes.count, end <= Self.mostDigits, bytes[end] &- UInt8(ascii: "0") < 10 {
      number = number * 10 + Int(bytes[end] &- UInt8(ascii: "0"))
      end += 1
    }
    guard end == 2 || end > 2 && bytes[1] != UInt8(ascii: "0"), Self.isLineEnd(bytes, at: end) else { return nil }
    end += 2
    switch bytes[0] {
    case UInt8(ascii: ":"):
      clear()
      _ = append(.integer, count: 0, value: number, parent: nil)
      return end
    case UInt8(ascii: "$"):
      guard number <= bytes.count - end, Self.isLineEnd(bytes, at: end + number), let start = bytes.baseAddress else {
        return nil
      }
      clear()
      _ = append(.string, count: number, value: appendText(start + end, count: number), parent: nil)
      return end + number + 2
    default: return nil
    }
  }

  private static func isLineEnd(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
    place + 1 < bytes.count && bytes[place] == UInt8(ascii: "\r") && bytes[place + 1] == UInt8(ascii: "\n")
  }
}
