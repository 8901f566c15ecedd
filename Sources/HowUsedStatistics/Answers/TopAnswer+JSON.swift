package import NIOCore

extension TopAnswer {
  /// The answer of `/top`.
  package func writeJSON(_ query: TopQuery, to buffer: inout ByteBuffer) {
    buffer.writeString(
      #"{"ok":true,"by":"\#(query.by.name)","from":\#(query.timeline.start),"to":\#(query.timeline.end),"#
        + #""total":\#(total),"rows":["#
    )
    for (index, row) in rows.enumerated() {
      // The name has its JSON escapes already.
      buffer.writeString(index == 0 ? #"{"name":""# : #",{"name":""#)
      buffer.writeBytes(row.name)
      let uses = Change.json(from: row.usesBefore, to: row.uses)
      let users = Change.json(from: row.usersBefore, to: row.users)
      buffer.writeString(
        #"","uses":\#(row.uses),"users":\#(row.users),"new":\#(row.new),"#
          + #""change":{"uses":\#(uses),"users":\#(users)}}"#
      )
    }
    buffer.writeString("]")
    buffer.writeJSON(asOf: asOf, isApproximate: isApproximate, note: query.timeline.note)
    buffer.writeString("}")
  }
}
