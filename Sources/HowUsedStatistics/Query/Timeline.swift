/// The points of a chart: buckets of time one after the other, each made of whole rollup buckets.
package struct Timeline: Sendable, Equatable {
  /// Where each point begins, and behind the last one where it ends: Unix seconds, ascending.
  package let bounds: [Int64]
  /// Seconds from one point to the next; a day of 23 or 25 hours is told by ``bounds``.
  package let step: Int64
  /// What the points are made of.
  package let resolution: Resolution
  package let note: TimelineNote?

  package var count: Int { bounds.count - 1 }
  package var start: Int64 { bounds[0] }
  package var end: Int64 { bounds[bounds.count - 1] }

  init(bounds: [Int64], step: Int64, resolution: Resolution, note: TimelineNote? = nil) {
    self.bounds = bounds
    self.step = step
    self.resolution = resolution
    self.note = note
  }

  /// The rollup buckets that a point is made of.
  package func buckets(of point: Int) -> Range<Int64> {
    resolution.bucket(at: bounds[point])..<resolution.bucket(at: bounds[point + 1])
  }

  /// All of them.
  package var buckets: Range<Int64> { resolution.bucket(at: start)..<resolution.bucket(at: end) }

  /// The fewest buckets that cover the whole: days where a whole day is in it, else hours, else the timeline's own.
  package var coverage: [RollupBucket] { Self.cover(start..<end, finest: resolution) }

  /// The fewest buckets that cover a time (Unix seconds), which is of whole buckets of the finest resolution.
  static func cover(_ time: Range<Int64>, finest: Resolution) -> [RollupBucket] {
    var cover: [RollupBucket] = []
    var start = time.lowerBound
    while start < time.upperBound {
      let fitting = Resolution.allCases.last { resolution in
        resolution.rawValue >= finest.rawValue && start % resolution.seconds == 0
          && start + resolution.seconds <= time.upperBound
      }
      let resolution = fitting ?? finest
      cover.append(RollupBucket(resolution: resolution, number: resolution.bucket(at: start)))
      start += resolution.seconds
    }
    return cover
  }
}
