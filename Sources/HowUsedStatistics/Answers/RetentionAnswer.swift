/// What a ``RetentionQuery`` found.
package struct RetentionAnswer: Sendable, Equatable {
  package struct Cohort: Sendable, Equatable {
    /// Users who registered in the unit.
    package var size: Int64
    /// How many of them did something in the unit itself, the next one, and so on up to the one that isn't over yet.
    package var returned: [Int64]

    package init(size: Int64, returned: [Int64]) {
      self.size = size
      self.returned = returned
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  /// ``RetentionQuery/cohortCount`` of them; number `i` has at most `units.count - i` later units.
  package var cohorts: [Cohort]
  /// Whether users were sampled.
  package var isApproximate = false

  package init(asOf: Int64, cohorts: [Cohort]) {
    self.asOf = asOf
    self.cohorts = cohorts
  }
}
