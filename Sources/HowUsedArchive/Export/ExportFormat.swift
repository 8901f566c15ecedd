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
