package import HowUsedModel
package import NIOCore

/// What a ``SummaryQuery`` found: today, yesterday and now.
package struct Summary: Sendable, Equatable {
  /// What was counted in a time.
  package struct Figures: Sendable, Equatable {
    /// Unix seconds.
    package var time: Range<Int64>
    package var users: Int64 = 0
    package var uses: Int64 = 0
    package var new: Int64 = 0
    package var peakOnline: Int64 = 0

    package init(time: Range<Int64>) { self.time = time }
  }

  package struct Day: Sendable, Equatable {
    package var figures: Figures
    /// Of the day before: all of it, or as much as is over of a day that isn't.
    package var before: Figures

    package init(figures: Figures, before: Figures) {
      self.figures = figures
      self.before = before
    }
  }

  package struct Row: Sendable, Equatable {
    /// As stored, with JSON escapes.
    package var name: [UInt8]
    package var uses: Int64
    package var users: Int64

    package init(name: [UInt8], uses: Int64, users: Int64) {
      self.name = name
      self.uses = uses
      self.users = users
    }
  }

  package struct Online: Sendable, Equatable {
    package var seconds: Int
    package var count: Int64

    package init(seconds: Int, count: Int64) {
      self.seconds = seconds
      self.count = count
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  package var today: Day
  package var yesterday: Day
  /// By window.
  package var online: [Online] = []
  /// Of today, by uses, at most ``rowLimit``. Events without the param are in none of these.
  package var topEvents: [Row] = []
  /// Of param 1, 2 and 3.
  package var topParams: [[Row]] = [[], [], []]
  /// Whether users were sampled.
  package var isApproximate = false

  /// The most rows of a list.
  package static let rowLimit = 10

  package init(asOf: Int64, today: Day, yesterday: Day) {
    self.asOf = asOf
    self.today = today
    self.yesterday = yesterday
  }
}

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
