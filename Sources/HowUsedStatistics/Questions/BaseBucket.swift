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
