internal import HowUsedModel
internal import NIOCore

/// One event as a row of RFC 4180: text in double quotes, and defused where a spreadsheet would take it for a formula.
struct CSVRow {
  let line: ArchiveLine
  let event: ArchivedEvent
  let fragment: UnsafeRawBufferPointer

  static func writeHeader(to output: inout ByteBuffer) {
    output.writeStaticString("id,partition,time,type,botId,userId,event,param_1,param_2,param_3,userRegisterTime\r\n")
  }

  func write(to output: inout ByteBuffer) {
    output.writeString("\(line.id),\(line.partition.rawValue),")
    UTCTime.write(milliseconds: line.time, to: &output)
    output.writeString(event.kind == .update ? ",update," : ",event,")
    output.writeString("\(event.botID.rawValue),\(event.userID.rawValue)")
    for text in [event.event, event.param1, event.param2, event.param3] {
      output.writeInteger(UInt8(ascii: ","))
      write(text, to: &output)
    }
    output.writeInteger(UInt8(ascii: ","))
    if let time = event.userRegisterTime { output.writeString(String(time)) }
    output.writeStaticString("\r\n")
  }

  private func write(_ text: TextSlice, to output: inout ByteBuffer) {
    guard !text.isEmpty else { return }
    var cell = ByteBuffer()
    ArchivedEvent.write(text, in: fragment, to: &cell)
    Self.write(cell.readableBytesView, to: &output)
  }

  /// Writes a text cell.
  static func write(_ text: some Collection<UInt8>, to output: inout ByteBuffer) {
    output.writeInteger(UInt8(ascii: "\""))
    // The apostrophe is how spreadsheets themselves mark "this is text". Source: OWASP, "CSV Injection".
    if startsFormula(text) { output.writeInteger(UInt8(ascii: "'")) }
    for byte in text {
      if byte == UInt8(ascii: "\"") { output.writeInteger(byte) }
      output.writeInteger(byte)
    }
    output.writeInteger(UInt8(ascii: "\""))
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
