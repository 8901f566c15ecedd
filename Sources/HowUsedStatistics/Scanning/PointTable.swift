import HowUsedModel

/// Which points of a timeline a section's buckets belong to.
struct PointTable {
  /// The first point that the buckets may belong to.
  let first: Int
  /// How many points from there.
  let count: Int
  /// Of each bucket the point, from ``first``; -1: none.
  let points: [Int32]
  /// The one point that all buckets belong to, from ``first``; nil: there are several, or some belong to none.
  let single: Int?

  /// - Parameters:
  ///   - bounds: of the points, ascending; see ``Timeline``.
  ///   - time: whose points count as ``first`` and ``count``: of a group of sections. Covers the section's.
  init(_ bounds: [Int64], _ header: SectionHeader, within time: Range<Int64>) {
    let first = Self.point(at: max(time.lowerBound, bounds[0]), bounds) ?? bounds.count - 1
    let last = time.upperBound > bounds[0] ? Self.point(at: time.upperBound - 1, bounds) ?? bounds.count - 2 : -1
    self.first = first
    count = max(last + 1 - first, 0)
    var points = [Int32](repeating: -1, count: header.buckets)
    var point = first
    for bucket in points.indices {
      let start = header.start + Int64(bucket) * header.bucket
      guard start >= bounds[0], start < bounds[bounds.count - 1] else { continue }
      while bounds[point + 1] <= start { point += 1 }
      points[bucket] = Int32(point - first)
    }
    self.points = points
    if let point = points.first, point >= 0, points.last == point { single = Int(point) } else { single = nil }
  }

  /// The point that a time belongs to; nil: none.
  static func point(at seconds: Int64, _ bounds: [Int64]) -> Int? {
    guard seconds >= bounds[0], seconds < bounds[bounds.count - 1] else { return nil }
    // Of points that are empty the last one is found, which isn't.
    return bounds.partitioningIndex { $0 > seconds } - 1
  }
}
