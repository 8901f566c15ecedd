import HowUsedModel
package import NIOCore

/// What a ``ChartQuery`` found.
package struct ChartAnswer: Sendable, Equatable {
  package struct Series: Sendable, Equatable {
    /// As stored, with JSON escapes. Empty: the events that don't have the param.
    package var name: [UInt8]
    /// Of uses and new users the sum, of users how many different ones over the whole time, of online the highest, of
    /// active users the last point's.
    package var total: Int64
    /// One for each point.
    package var values: [Int64]

    package init(name: [UInt8], total: Int64, values: [Int64]) {
      self.name = name
      self.total = total
      self.values = values
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  /// Without a segment one, ``allName``; of active users three, ``activeNames``; with a segment the largest
  /// ``ChartQuery/seriesLimit`` by total, ties by name, then ``otherName`` if there is a rest. Of uses, last,
  /// ``unattributedName`` if there are any.
  package var series: [Series]
  /// Of ``ChartQuery/previous``; nil when that is.
  package var previous: Series?
  /// Whether users were sampled.
  package var isApproximate = false

  package static let allName = Array("all".utf8)
  package static let otherName = Array("__other__".utf8)
  package static let unattributedName = Array("__unattributed__".utf8)
  /// Of 1, 7 and 30 days.
  package static let activeNames = ["daily", "weekly", "monthly"].map { Array($0.utf8) }

  package init(asOf: Int64, series: [Series]) {
    self.asOf = asOf
    self.series = series
  }
}

extension ChartAnswer {
  /// The answer of `/stats`.
  package func writeJSON(_ query: ChartQuery, to buffer: inout ByteBuffer) {
    let timeline = query.timeline
    buffer.writeString(
      #"{"ok":true,"metric":"\#(query.metric.rawValue)","from":\#(timeline.start),"to":\#(timeline.end),"#
        + #""step":\#(timeline.step),"time":["#
    )
    buffer.writeJSON(numbers: timeline.bounds.dropLast())
    buffer.writeString(#"],"series":["#)
    for (index, series) in series.enumerated() {
      // The name has its JSON escapes already.
      buffer.writeString(index == 0 ? #"{"name":""# : #",{"name":""#)
      buffer.writeBytes(series.name)
      buffer.writeString(#"","total":\#(series.total),"values":["#)
      buffer.writeJSON(numbers: series.values)
      buffer.writeString("]}")
    }
    buffer.writeString("]")
    if query.metric == .active {
      buffer.writeString(#","stickiness":["#)
      buffer.writeString(stickiness.map { $0 ?? "null" }.joined(separator: ","))
      buffer.writeString("]")
    }
    if let before = query.previous, let previous { Self.write(previous, before, to: &buffer) }
    buffer.writeJSON(asOf: asOf, isApproximate: isApproximate, note: timeline.note)
    buffer.writeString("}")
  }

  private static func write(_ previous: Series, _ timeline: Timeline, to buffer: inout ByteBuffer) {
    buffer.writeString(#","previous":{"from":\#(timeline.start),"to":\#(timeline.end),"time":["#)
    buffer.writeJSON(numbers: timeline.bounds.dropLast())
    buffer.writeString(#"],"values":["#)
    buffer.writeJSON(numbers: previous.values)
    buffer.writeString(#"],"total":\#(previous.total)}"#)
  }

  /// Of active users: which part of those of 30 days came on the day, to four digits; nil when there were none.
  var stickiness: [String?] {
    guard let daily = series.first, let monthly = series.last else { return [] }
    return zip(daily.values, monthly.values).map { day, month in
      month > 0 ? Change.ratio(Double(day), of: Double(month)) : nil
    }
  }
}

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
