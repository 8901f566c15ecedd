/// What happened to a partition's files of statistics since it was last asked.
package struct KeepingReport: Sendable, Equatable {
  /// Segments that were counted, and their events.
  package var segments = 0
  package var events = 0
  /// Names of files that were made, removed because nothing needs them any more, and found as they should be.
  package var made: [String] = []
  package var removed: [String] = []
  package var verified: [String] = []
  /// What was damaged and is made anew.
  package var damages: [RollupDamage] = []
  /// What was damaged and can't be made anew, since the archive doesn't hold it any more: where it is kept.
  package var lost: [RollupDamage] = []
  /// Segments that can't be counted; they count as empty until they can.
  package var segmentDamages: [String] = []
  /// Names of files that aren't of the statistics.
  package var foreign: [String] = []

  package init() {}

  package var isEmpty: Bool { self == KeepingReport() }
}
