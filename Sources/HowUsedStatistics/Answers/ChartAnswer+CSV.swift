import HowUsedModel
package import NIOCore

extension ChartAnswer {
  /// The answer of `/stats` as a table: a line a point, its beginning in UTC, a column a series (RFC 4180).
  package func writeCSV(_ query: ChartQuery, to buffer: inout ByteBuffer) {
    var columns = series.map { series in (JSONText.decoded(series.name), series.values.map { String($0) }) }
    if query.metric == .active { columns.append(("stickiness", stickiness.map { $0 ?? "" })) }
    if let previous { columns.append(("previous", previous.values.map { String($0) })) }
    buffer.writeString("time")
    for (name, _) in columns {
      buffer.writeString(",")
      CSVText.write(name.utf8, isAlwaysQuoted: false, to: &buffer)
    }
    buffer.writeString("\r\n")
    for (point, bound) in query.timeline.bounds.dropLast().enumerated() {
      UTCTime.write(milliseconds: bound * 1000, to: &buffer)
      for (_, values) in columns {
        buffer.writeString(",")
        buffer.writeString(values[point])
      }
      buffer.writeString("\r\n")
    }
  }
}
