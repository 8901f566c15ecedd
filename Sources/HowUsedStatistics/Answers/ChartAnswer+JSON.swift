package import NIOCore

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
