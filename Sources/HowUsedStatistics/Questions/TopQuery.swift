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
