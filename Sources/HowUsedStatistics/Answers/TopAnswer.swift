/// What a ``TopQuery`` found.
package struct TopAnswer: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    /// As stored, with JSON escapes. Empty: the events that don't have the param.
    package var name: [UInt8]
    package var uses: Int64
    /// Different ones.
    package var users: Int64
    /// Users who came in this time, by their first event.
    package var new: Int64
    /// The same in ``TopQuery/previous``.
    package var usesBefore: Int64
    package var usersBefore: Int64

    package init(name: [UInt8], uses: Int64, users: Int64, new: Int64, usesBefore: Int64, usersBefore: Int64) {
      self.name = name
      self.uses = uses
      self.users = users
      self.new = new
      self.usesBefore = usesBefore
      self.usersBefore = usersBefore
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  /// How many rows match, those that aren't shown included.
  package var total: Int
  /// From ``TopQuery/offset`` on, at most ``TopQuery/limit``.
  package var rows: [Row]
  /// Whether users were sampled.
  package var isApproximate = false

  package init(asOf: Int64, total: Int, rows: [Row]) {
    self.asOf = asOf
    self.total = total
    self.rows = rows
  }
}
