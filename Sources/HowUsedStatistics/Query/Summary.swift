/// Today, yesterday and now, of one bot: see ``SummaryReader``.
package struct Summary: Sendable, Equatable {
  package struct Day: Sendable, Equatable {
    package var users: Int64 = 0
    package var uses: Int64 = 0
    package var new: Int64 = 0
    package var peakOnline: Int64 = 0
  }

  package struct Row: Sendable, Equatable {
    /// As stored, with JSON escapes.
    package var name: [UInt8]
    package var uses: Int64
    package var users: Int64
  }

  /// By window, in seconds.
  package var online: [(seconds: Int, count: Int64)] = []
  package var today = Day()
  package var yesterday = Day()
  package var topEvents: [Row] = []
  /// Of param 1, 2 and 3.
  package var topParams: [[Row]] = [[], [], []]
  package var isApproximate = false

  package static func == (left: Summary, right: Summary) -> Bool {
    left.online.map(\.seconds) == right.online.map(\.seconds) && left.online.map(\.count) == right.online.map(\.count)
      && left.today == right.today && left.yesterday == right.yesterday && left.topEvents == right.topEvents
      && left.topParams == right.topParams && left.isApproximate == right.isApproximate
  }
}
