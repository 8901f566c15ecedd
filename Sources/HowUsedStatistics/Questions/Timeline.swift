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
