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

  /// Straight into memory: an answer may have a hundred thousand numbers.
  fileprivate mutating func writeJSON(numbers: some Collection<Int64>) {
    writeWithUnsafeMutableBytes(minimumWritableBytes: numbers.count * 21) { target in
      var place = 0
      for number in numbers {
        if place > 0 {
          target[place] = UInt8(ascii: ",")
          place += 1
        }
        if number < 0 {
          target[place] = UInt8(ascii: "-")
          place += 1
        }
        let start = place
        var rest = number.magnitude
        repeat {
          target[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
          rest /= 10
          place += 1
        } while rest > 0
        target[start..<place].reverse()
      }
      return place
    }
  }
}
