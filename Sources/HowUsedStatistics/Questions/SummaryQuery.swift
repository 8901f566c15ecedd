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
