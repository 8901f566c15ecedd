import HowUsedModel
package import NIOCore

extension ChartAnswer {
  /// The answer of `/stats` as a table: a line a point, its beginning in UTC, a column a series (RFC 4180).
  package func writeCSV(_ query: ChartQuery, to buffer: inout ByteBuffer) {
    buffer.writeString("time")
    for series in series {
      buffer.writeString(",")
      buffer.writeString(Self.cell(JSONText.decoded(series.name)))
    }
    buffer.writeString("\r\n")
    for point in 0..<query.timeline.count {
      UTCTime.write(milliseconds: query.timeline.bounds[point] * 1000, to: &buffer)
      for series in series {
        buffer.writeString(",")
        buffer.writeString(String(series.values[point]))
      }
      buffer.writeString("\r\n")
    }
  }

  /// Quoted where need be. What a spreadsheet would run as a formula gets an apostrophe in front.
  static func cell(_ text: String) -> String {
    var text = text
    if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { text = "'" + text }
    guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
