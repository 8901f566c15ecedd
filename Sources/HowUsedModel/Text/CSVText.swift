package import NIOCore

/// Text as a cell of a table (RFC 4180), defused where a spreadsheet would take it for a formula.
package enum CSVText {
  /// - Parameter isAlwaysQuoted: whether plain text gets quotes, too.
  package static func write(_ text: some Collection<UInt8>, isAlwaysQuoted: Bool, to output: inout ByteBuffer) {
    // The apostrophe is how spreadsheets themselves mark "this is text". Source: OWASP, "CSV Injection".
    let isFormula = startsFormula(text)
    guard isAlwaysQuoted || text.contains(where: needsQuotes) else {
      if isFormula { output.writeInteger(UInt8(ascii: "'")) }
      output.writeBytes(text)
      return
    }
    output.writeInteger(UInt8(ascii: "\""))
    if isFormula { output.writeInteger(UInt8(ascii: "'")) }
    for byte in text {
      if byte == UInt8(ascii: "\"") { output.writeInteger(byte) }
      output.writeInteger(byte)
    }
    output.writeInteger(UInt8(ascii: "\""))
  }

  private static func needsQuotes(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D
  }

  /// Blanks in front don't keep every program from it, and some read the full-width forms alike.
  private static func startsFormula(_ text: some Collection<UInt8>) -> Bool {
    let rest = text.drop { $0 == 0x20 }
    guard let first = rest.first else { return false }
    switch first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: return true
    case 0xEF:
      // U+FF1D, U+FF0B, U+FF0D, U+FF20.
      return [[0xEF, 0xBC, 0x9D], [0xEF, 0xBC, 0x8B], [0xEF, 0xBC, 0x8D], [0xEF, 0xBC, 0xA0]].contains {
        rest.starts(with: $0)
      }
    default: return false
    }
  }
}
