/// One question of `/stats`.
package struct ChartQuery: Hashable, Sendable {
  package var metric: ChartMetric
  package var filter = EventFilter()
  /// One series for each value instead of one in all.
  package var segment: ChartSegment?
  package var timeline: Timeline
  /// What to compare with: as many points, before the timeline. Never with a segment.
  package var previous: Timeline?
  /// Of ``ChartMetric/active``: the 29 days directly before the timeline, of the same base, so that point `i` is about the
  /// 1, 7 and 30 days up to its end. Otherwise nil.
  package var lead: Timeline?

  /// The most series of an answer, `__other__` and `__unattributed__` not counted.
  package static let seriesLimit = 20
  /// How many days before the timeline count for its first day's active users.
  package static let leadDays = 29

  package init(metric: ChartMetric, timeline: Timeline) {
    self.metric = metric
    self.timeline = timeline
  }
}

/// What a chart shows.
package enum ChartMetric: String, CaseIterable, Hashable, Sendable {
  /// Events.
  case uses
  /// Different users.
  case users
  /// Users by the time of their registration: the one that was sent, else their first known event. Filters and the
  /// segment look at that first event.
  case new
  /// The highest number of users seen within two consecutive minutes.
  case online
  /// Different users within the 1, 7 and 30 local days that end with each day.
  case active
}

/// What a chart is divided by, or a list is made of.
package enum ChartSegment: Hashable, Sendable {
  case event
  /// 1…3.
  case param(Int)

  package init?(_ text: String) {
    switch text {
    case "event": self = .event
    case "param_1": self = .param(1)
    case "param_2": self = .param(2)
    case "param_3": self = .param(3)
    default: return nil
    }
  }

  /// As in a query.
  package var name: String {
    switch self {
    case .event: "event"
    case .param(let number): "param_\(number)"
    }
  }

  /// 0 for the event, 1…3 for the params.
  package var place: Int {
    switch self {
    case .event: 0
    case .param(let number): number
    }
  }
}

/// The question of `/summary`.
package struct SummaryQuery: Hashable, Sendable {
  /// Three local days: the one before yesterday, yesterday, and today, which isn't over.
  package var days: Timeline
  /// When it was, yesterday, as late as it is now: unix seconds, a whole minute, within yesterday. What today is compared
  /// with ends there.
  package var byNow: Int64
  /// The zone's name as it was asked for.
  package var zone: String

  package init(days: Timeline, byNow: Int64, zone: String) {
    self.days = days
    self.byNow = byNow
    self.zone = zone
  }

  package var dayBefore: Range<Int64> { days.bounds[0]..<days.bounds[1] }
  package var yesterday: Range<Int64> { days.bounds[1]..<days.bounds[2] }
  /// Of yesterday as much as is over of today.
  package var yesterdayByNow: Range<Int64> { days.bounds[1]..<byNow }
  package var today: Range<Int64> { days.bounds[2]..<days.bounds[3] }
}

/// One question of `/top`: events or values of a param, the largest first.
package struct TopQuery: Hashable, Sendable {
  package enum Order: String, CaseIterable, Hashable, Sendable {
    case uses
    case users
  }

  package var by: ChartSegment
  package var filter = EventFilter()
  /// One point.
  package var timeline: Timeline
  /// What changes are measured against: one point, directly before.
  package var previous: Timeline
  /// Part of the names, whatever the case; empty: all. Not escaped.
  package var search = ""
  /// Ties are ordered by name.
  package var order = Order.uses
  /// 1…``limits``.
  package var limit = 10
  /// How many rows come before the first one, from 0.
  package var offset = 0

  package static let limits = 1...200

  package init(by: ChartSegment, timeline: Timeline, previous: Timeline) {
    self.by = by
    self.timeline = timeline
    self.previous = previous
  }
}

/// One question of `/retention`: which part of those who registered in a day or week came back.
package struct RetentionQuery: Hashable, Sendable {
  package enum Unit: String, CaseIterable, Hashable, Sendable {
    case day
    case week

    /// Seconds.
    package var step: Int64 { self == .day ? 86_400 : 604_800 }
  }

  package var unit: Unit
  /// What counts as coming back.
  package var filter = EventFilter()
  /// Days or weeks from the first cohort's to the one that is not over yet.
  package var units: Timeline
  /// The cohorts are the first so many units: 1…``cohortLimit``.
  package var cohortCount: Int

  package static let cohortLimit = 60

  package init(unit: Unit, units: Timeline, cohortCount: Int) {
    self.unit = unit
    self.units = units
    self.cohortCount = cohortCount
  }

  /// Where the last cohort ends, in unix seconds.
  package var end: Int64 { units.bounds[cohortCount] }
}
