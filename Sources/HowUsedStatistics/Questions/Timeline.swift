/// The points of a chart: buckets of time one after the other, each made of whole stored buckets.
package struct Timeline: Hashable, Sendable {
  /// Where each point begins, and behind the last one where it ends: unix seconds, multiples of the base bucket, at least
  /// two. Point `i` is `bounds[i]..<bounds[i + 1]`. They ascend. Only before a chart two may be equal, in
  /// ``ChartQuery/previous`` where clocks were put forward then and not now: that point is empty.
  package let bounds: [Int64]
  /// Seconds from one point to the next as they were asked for. Days of 23 or 25 hours are told by ``bounds``.
  package let step: Int64
  /// The largest stored buckets that every point can be made of.
  package let base: BaseBucket
  package let note: TimelineNote?

  package init(bounds: [Int64], step: Int64, base: BaseBucket, note: TimelineNote? = nil) {
    self.bounds = bounds
    self.step = step
    self.base = base
    self.note = note
  }

  package var count: Int { bounds.count - 1 }
  package var start: Int64 { bounds[0] }
  package var end: Int64 { bounds[bounds.count - 1] }
  /// Unix seconds.
  package var time: Range<Int64> { start..<end }

  /// The same time as one point.
  package var whole: Timeline { Timeline(bounds: [start, end], step: end - start, base: base, note: note) }
}

/// What is special about the buckets of a ``Timeline``, for a person to know.
package enum TimelineNote: String, Hashable, Sendable {
  case daysInUTC = "utc_days"

  /// In English. The raw value is for programs, and for those who say it in another language.
  package var text: String {
    switch self {
    case .daysInUTC: "days as old as these are known in UTC only, so all of these are days of UTC"
    }
  }
}

/// The stored buckets of time, all aligned in UTC.
package enum BaseBucket: Int64, CaseIterable, Hashable, Comparable, Sendable {
  case minute = 60
  /// Fifteen minutes.
  case quarter = 900
  /// A day of UTC.
  case day = 86_400

  package var seconds: Int64 { rawValue }

  package static func < (left: BaseBucket, right: BaseBucket) -> Bool { left.rawValue < right.rawValue }
}

/// How long buckets are kept, in seconds. Days of UTC are kept for ever.
package struct StatisticsRetention: Hashable, Sendable {
  /// Buckets of a minute.
  package var minutes: Int64 = 48 * 3600
  /// Buckets of 15 minutes, of which hours and exact local days are made.
  package var quarters: Int64 = 400 * 86_400

  package init() {}

  /// The earliest time that buckets are certainly there for, in unix seconds.
  package func earliest(_ base: BaseBucket, now: Int64) -> Int64 {
    switch base {
    case .minute: now - minutes
    case .quarter: now - quarters
    case .day: .min
    }
  }
}
