package import HowUsedModel
package import NIOCore

extension Summary {
  /// The answer of `/summary`.
  package func writeJSON(_ query: SummaryQuery, bot: BotID, name: String, to buffer: inout ByteBuffer) {
    buffer.writeString(#"{"ok":true,"bot":{"id":\#(bot),"name":"#)
    buffer.writeJSON(text: name)
    buffer.writeString(#"},"tz":"#)
    buffer.writeJSON(text: query.zone)
    buffer.writeString(#","online":"#)
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
    buffer.writeJSON(asOf: asOf, isApproximate: isApproximate, note: query.days.note)
    buffer.writeString("}")
  }

  private func write(_ day: Day, to buffer: inout ByteBuffer) {
    let (after, before) = (day.figures, day.before)
    func change(_ place: KeyPath<Figures, Int64>) -> String {
      Change.json(from: before[keyPath: place], to: after[keyPath: place])
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
