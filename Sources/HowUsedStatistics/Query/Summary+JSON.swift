package import HowUsedModel
package import NIOCore

extension Summary {
  /// The answer of `/summary`. `zone` is as it was asked for.
  package func writeJSON(bot: BotID, name: String, zone: String, to buffer: inout ByteBuffer) {
    buffer.writeString(#"{"ok":true,"bot":{"id":\#(bot.rawValue),"name":""#)
    buffer.writeBytes(JSONText.escaped(name))
    buffer.writeString(#""},"tz":""#)
    buffer.writeBytes(JSONText.escaped(zone))
    buffer.writeString(#"","online":"#)
    buffer.writeJSON(online: online.map { ($0.seconds, $0.count) })
    buffer.writeString(#","today":"#)
    write(today, to: &buffer)
    buffer.writeString(#","yesterday":"#)
    write(yesterday, to: &buffer)
    buffer.writeString(#","topEvents":"#)
    write(topEvents, to: &buffer)
    for (index, rows) in topParams.enumerated() {
      buffer.writeString(index == 0 ? #","topParams":{"param_1":"# : #","param_\#(index + 1)":"#)
      write(rows, to: &buffer)
    }
    buffer.writeString("}")
    if isApproximate { buffer.writeString(#","approximate":true"#) }
    buffer.writeJSON(note: note)
    buffer.writeString("}")
  }

  private func write(_ day: Day, to buffer: inout ByteBuffer) {
    let (after, before) = (day.figures, day.before)
    /// 0.5 is half as much more; `null` when there was nothing before.
    func change(_ place: KeyPath<Figures, Int64>) -> String {
      let old = before[keyPath: place]
      guard old > 0 else { return "null" }
      return String((Double(after[keyPath: place] - old) / Double(old) * 10_000).rounded() / 10_000)
    }
    buffer.writeString("{\(members(after)),")
    buffer.writeString(#""change":{"users":\#(change(\.users)),"uses":\#(change(\.uses)),"new":\#(change(\.new)),"#)
    buffer.writeString(#""peakOnline":\#(change(\.peakOnline))},"comparedWith":{"from":\#(before.time.lowerBound),"#)
    buffer.writeString(#""to":\#(before.time.upperBound),\#(members(before))}}"#)
  }

  private func members(_ figures: Figures) -> String {
    #""users":\#(figures.users),"uses":\#(figures.uses),"new":\#(figures.new),"peakOnline":\#(figures.peakOnline)"#
  }

  private func write(_ rows: [Row], to buffer: inout ByteBuffer) {
    buffer.writeString("[")
    for (index, row) in rows.enumerated() {
      buffer.writeString(index == 0 ? #"{"name":""# : #",{"name":""#)
      buffer.writeBytes(row.name)
      buffer.writeString(#"","uses":\#(row.uses),"users":\#(row.users)}"#)
    }
    buffer.writeString("]")
  }
}

extension ByteBuffer {
  /// Online counts by window: `{"60":1,"120":2}`.
  package mutating func writeJSON(online: [(seconds: Int, count: Int64)]) {
    writeString("{")
    for (index, window) in online.enumerated() {
      writeString(#"\#(index == 0 ? "" : ",")"\#(window.seconds)":\#(window.count)"#)
    }
    writeString("}")
  }
}
