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
