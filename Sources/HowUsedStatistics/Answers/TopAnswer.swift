package import NIOCore

/// What a ``TopQuery`` found.
package struct TopAnswer: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    /// As stored, with JSON escapes. Empty: the events that don't have the param.
    package var name: [UInt8]
    package var uses: Int64
    /// Different ones.
    package var users: Int64
    /// Users who came in this time, by their first event.
    package var new: Int64
    /// The same in ``TopQuery/previous``.
    package var usesBefore: Int64
    package var usersBefore: Int64

    package init(name: [UInt8], uses: Int64, users: Int64, new: Int64, usesBefore: Int64, usersBefore: Int64) {
      self.name = name
      self.uses = uses
      self.users = users
      self.new = new
      self.usesBefore = usesBefore
      self.usersBefore = usersBefore
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  /// How many rows match, those that aren't shown included.
  package var total: Int
  /// From ``TopQuery/offset`` on, at most ``TopQuery/limit``.
  package var rows: [Row]
  /// Whether users were sampled.
  package var isApproximate = false

  package init(asOf: Int64, total: Int, rows: [Row]) {
    self.asOf = asOf
    self.total = total
    self.rows = rows
  }
}

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

/// How much more it is than before, as answers say it.
enum Change {
  /// 0.5 is half as much more, to four digits; `null` when there was nothing before.
  static func json(from before: Int64, to after: Int64) -> String {
    guard before > 0 else { return "null" }
    return ratio(Double(after) - Double(before), of: Double(before))
  }

  /// Rounded to four digits. `whole` isn't 0.
  static func ratio(_ part: Double, of whole: Double) -> String {
    let rounded = (part / whole * 10_000).rounded() / 10_000
    // Not -0.0.
    return String(rounded == 0 ? 0.0 : rounded)
  }
}
