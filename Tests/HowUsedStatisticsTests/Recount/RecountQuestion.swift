/// What a question may filter and divide by.
enum RecountDimension: String, CaseIterable, Sendable {
  case event, param_1, param_2, param_3
}

enum RecountMetric: String, CaseIterable, Sendable {
  case uses, users, new, online, active
}

/// A question whose times were already made into bounds.
struct RecountQuestion: Sendable {
  var bot: Int64
  var metric = RecountMetric.uses
  /// Any of these. A dimension that isn't there is not filtered.
  var include: [RecountDimension: [String]] = [:]
  /// None of these.
  var exclude: [RecountDimension: [String]] = [:]
  var segment: RecountDimension?
  /// Unix seconds, rising: bucket `i` begins at `bounds[i]` and ends before `bounds[i + 1]`.
  var bounds: [Int64]
  /// The deprecated updates instead of events.
  var updates = false
}

/// A line of a chart. The unsegmented one is named "all", the rest of a segmented one "__other__".
struct RecountSeries: Equatable, Sendable {
  var name: String
  var total: Int64
  var values: [Int64]
}

/// Of each shown day.
struct RecountActive: Equatable, Sendable {
  var daily: [Int64] = []
  var weekly: [Int64] = []
  var monthly: [Int64] = []
  /// daily/monthly, rounded half up to 4 digits, in ten-thousandths. Nil without monthly users.
  var stickiness: [Int64?] = []
}

/// A row of `/top`, with what the period before had.
struct RecountRow: Equatable, Sendable {
  var name: String
  var uses: Int64
  var users: Int64
  var new: Int64
  var previousUses: Int64
  var previousUsers: Int64
}

/// Users who registered in a unit, and how many of them were there in each unit from it on.
struct RecountCohort: Equatable, Sendable {
  var from: Int64
  var to: Int64
  var size: Int64
  var returned: [Int64]
}
