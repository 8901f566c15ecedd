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
