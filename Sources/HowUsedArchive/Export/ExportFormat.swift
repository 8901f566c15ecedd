internal import HowUsedModel
internal import NIOCore

/// How events are written out.
package enum ExportFormat: String, Sendable, CaseIterable {
  /// The archive's lines as they are.
  case ndjson
  /// One header, then a row an event; see ``CSVRow``.
  case csv

  func writeHeader(to output: inout ByteBuffer) {
    if self == .csv { CSVRow.writeHeader(to: &output) }
  }

  func write(
    _ line: UnsafeRawBufferPointer,
    _ parsed: ArchiveLine,
    _ event: ArchivedEvent,
    _ fragment: UnsafeRawBufferPointer,
    to output: inout ByteBuffer
  ) {
    switch self {
    case .ndjson:
      output.writeBytes(line)
      output.writeInteger(UInt8(ascii: "\n"))
    case .csv:
      CSVRow(line: parsed, event: event, fragment: fragment).write(to: &output)
    }
  }
}

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
    CSVText.write(cell.readableBytesView, isAlwaysQuoted: true, to: &output)
  }
}
