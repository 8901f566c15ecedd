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
    buffer.writeJSON(online: online)
    buffer.writeString(#","today":"#)
    write(today, to: &buffer)
    buffer.writeString(#","yesterday":"#)
    write(yesterday, to: &buffer)
    buffer.writeString(#","change":{"users":\#(change(\.users)),"uses":\#(change(\.uses)),"#)
    buffer.writeString(#""new":\#(change(\.new)),"peakOnline":\#(change(\.peakOnline))},"topEvents":"#)
    write(topEvents, to: &buffer)
    for (index, rows) in topParams.enumerated() {
      buffer.writeString(index == 0 ? #","topParams":{"param_1":"# : #","param_\#(index + 1)":"#)
      write(rows, to: &buffer)
    }
    buffer.writeString(isApproximate ? #"},"approximate":true}"# : "}}")
  }

  private func write(_ day: Day, to buffer: inout ByteBuffer) {
    buffer.writeString(
      #"{"users":\#(day.users),"uses":\#(day.uses),"new":\#(day.new),"peakOnline":\#(day.peakOnline)}"#
    )
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

  /// Today against yesterday: 0.5 is half as much more. `null` when there was nothing yesterday.
  private func change(_ place: KeyPath<Day, Int64>) -> String {
    let before = yesterday[keyPath: place]
    guard before > 0 else { return "null" }
    let ratio = Double(today[keyPath: place] - before) / Double(before)
    return String((ratio * 10_000).rounded() / 10_000)
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
