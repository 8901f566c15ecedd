import Testing

@testable import ByteText

@Suite struct ByteTextTests {
  private func signed(_ text: String) -> DecimalText.Reading {
    Array(text.utf8).withUnsafeBytes { bytes in
      bytes.baseAddress.map { DecimalText.signed($0, count: bytes.count) } ?? .malformed
    }
  }

  private func written(_ write: (UnsafeMutableRawPointer) -> Int) -> String {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { space in
      guard let base = space.baseAddress else { return "" }
      let count = write(base)
      return String(decoding: space.prefix(count), as: UTF8.self)
    }
  }

  @Test("integers of every length are written and read back")
  func integers() {
    var values: [Int64] = [0, .min, .max, .min + 1, .max - 1]
    var power: Int64 = 1
    for _ in 0..<18 {
      power *= 10
      values += [power - 1, power, power + 1, -power]
    }
    for value in values {
      let text = written { DecimalText.write(value, to: $0) }
      #expect(text == String(value))
      #expect(signed(text) == .value(value))
    }
    for value in [0, 9, 10, 99, 100, 9999, 10_000, 1 << 63, .max] as [UInt64] {
      #expect(written { DecimalText.write(value, to: $0) } == String(value))
      #expect(DecimalText.digitCount(value) == String(value).utf8.count)
      #expect(DecimalText.unsigned(String(value).utf8) == value)
    }
    #expect(
      written {
        DecimalText.write(7, digits: 3, to: $0)
        return 3
      } == "007"
    )
  }

  @Test("what isn't an integer is told from what is too large")
  func badIntegers() {
    for text in ["", "-", "+1", "01", "-01", "1x", "x1", " 1", "1.0", "1234567890123456789x"] {
      #expect(signed(text) == .malformed, "\(text)")
    }
    #expect(signed("9223372036854775808") == .above)
    #expect(signed("123456789012345678901234567890") == .above)
    #expect(signed("-9223372036854775809") == .below)
    for text in ["", "-1", "+1", "1 ", "18446744073709551616", "000000000000000000001"] {
      #expect(DecimalText.unsigned(text.utf8) == nil, "\(text)")
    }
    #expect(DecimalText.unsigned("007".utf8) == 7)
  }

  @Test("hexadecimal digits")
  func hex() {
    for byte in UInt8.min ... .max {
      let digit = Character(Unicode.Scalar(byte)).hexDigitValue
      #expect(Hex.value(byte).map(Int.init) == (byte < 0x80 ? digit : nil))
    }
    #expect(Hex.byte(UInt8(ascii: "f"), UInt8(ascii: "0")) == 0xF0)
    #expect(Hex.text([0, 0x1F, 0xA0]) == "001fa0")
    #expect(Hex.text(0x0123_4567_89AB_CDEF as UInt64) == "0123456789abcdef")
    #expect(Hex.word("0123456789aBcDeF".utf8) == 0x0123_4567_89AB_CDEF)
    for text in ["", "0123456789abcde", "0123456789abcdef0", "+123456789abcdef", "0123456789abcdeg"] {
      #expect(Hex.word(text.utf8) == nil)
    }
  }

  @Test("percent-encoding, with and without + for a blank")
  func percent() {
    #expect(PercentEncoding.decode("a%20b+%D1%8F%2b".utf8) == "a b+я+")
    #expect(PercentEncoding.decode("a%20b+%D1%8F%2b".utf8, plusIsBlank: true) == "a b я+")
    for text in ["%", "%4", "%4x", "%-1", "%FF", "%D1"] { #expect(PercentEncoding.decode(text.utf8) == nil) }
  }
}
