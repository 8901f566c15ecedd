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
