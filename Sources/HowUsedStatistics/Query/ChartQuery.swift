/// One question to the statistics of a bot.
package struct ChartQuery: Sendable {
  package var metric: ChartMetric
  /// Only these events; all when empty. As stored, with JSON escapes.
  package var events: [[UInt8]] = []
  /// Only these values of a param (1…3). As stored.
  package var params: [Int: [[UInt8]]] = [:]
  package var segment: ChartSegment?
  /// Deprecated updates, instead of events. Once they are migrated, they count as events as well.
  package var updates = false
  package var timeline: Timeline

  /// The most series of an answer, `__other__` not counted.
  package static let seriesLimit = 20

  package init(metric: ChartMetric, timeline: Timeline) {
    self.metric = metric
    self.timeline = timeline
  }

  var isPlain: Bool { events.isEmpty && params.isEmpty && segment == nil }
}
