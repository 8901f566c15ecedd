/// Today, yesterday and now, of one bot: see ``SummaryReader``.
package struct Summary: Sendable, Equatable {
  /// What was counted in a time.
  package struct Figures: Sendable, Equatable {
    /// Unix seconds.
    package var time: Range<Int64>
    package var users: Int64 = 0
    package var uses: Int64 = 0
    package var new: Int64 = 0
    package var peakOnline: Int64 = 0
  }

  package struct Day: Sendable, Equatable {
    package var figures: Figures
    /// Of the day before: all of it, or as much as is over of a day that isn't.
    package var before: Figures
  }

  package struct Row: Sendable, Equatable {
    /// As stored, with JSON escapes.
    package var name: [UInt8]
    package var uses: Int64
    package var users: Int64
  }

  package struct Online: Sendable, Equatable {
    package var seconds: Int
    package var count: Int64
  }

  package var today: Day
  package var yesterday: Day
  /// By window.
  package var online: [Online] = []
  package var topEvents: [Row] = []
  /// Of param 1, 2 and 3.
  package var topParams: [[Row]] = [[], [], []]
  package var isApproximate = false
  package var note: TimelineNote?
}
