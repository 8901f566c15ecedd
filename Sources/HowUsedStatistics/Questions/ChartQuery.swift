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
