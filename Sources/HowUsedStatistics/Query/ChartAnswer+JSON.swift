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
    if isApproximate { buffer.writeString(#","approximate":true"#) }
    if unattributedUses > 0 { buffer.writeString(#","unattributedUses":\#(unattributedUses)"#) }
    if crowdedBuckets > 0 { buffer.writeString(#","crowdedBuckets":\#(crowdedBuckets)"#) }
    if omittedSeries > 0 { buffer.writeString(#","omittedSeries":\#(omittedSeries)"#) }
    buffer.writeJSON(note: timeline.note)
    buffer.writeString("}")
  }
}

extension ByteBuffer {
  /// The members `note` and `noteCode` of an object, if there is something to say.
  mutating func writeJSON(note: TimelineNote?) {
    if let note { writeString(#","note":"\#(note.text)","noteCode":"\#(note.rawValue)""#) }
  }

  fileprivate mutating func writeJSON(numbers: some Sequence<Int64>) {
    var isFirst = true
    for number in numbers {
      if !isFirst { writeInteger(UInt8(ascii: ",")) }
      isFirst = false
      // Most values of most charts.
      if (0..<10).contains(number) {
        writeInteger(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number))
      } else {
        writeString(String(number))
      }
    }
  }
}
