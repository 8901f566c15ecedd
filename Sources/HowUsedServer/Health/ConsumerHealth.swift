/// How far a reader of the streams has come, for `/health`.
package struct ConsumerHealth: Sendable, Encodable {
  /// The age of the oldest event that it hasn't finished, in seconds; 0 when there is none.
  package var lagSeconds: Double
  /// Events that it hasn't finished; nil when they can't be counted now.
  package var lagEvents: Int64?
  /// What keeps it from going on, for a person; nil when nothing does.
  package var problem: String?

  package init(lagSeconds: Double, lagEvents: Int64?, problem: String?) {
    self.lagSeconds = lagSeconds
    self.lagEvents = lagEvents
    self.problem = problem
  }
}
