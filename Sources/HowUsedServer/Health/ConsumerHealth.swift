/// How far a reader of the streams has come, for `/health`.
package struct ConsumerHealth: Sendable, Encodable {
  /// The age of the oldest event that it hasn't finished, in seconds; 0 when there is none.
  package var lagSeconds: Double
  /// Events that it hasn't finished; nil when they can't be counted now.
  package var lagEvents: Int64?
  /// What keeps it from going on, for a person; nil when nothing does.
  package var problem: String?

  /// Of statistics: bots that send more combinations of event and params than are counted one by one.
  package var overflowingBots: [Int64]?

  package init(lagSeconds: Double, lagEvents: Int64?, problem: String?, overflowingBots: [Int64]? = nil) {
    self.overflowingBots = overflowingBots
    self.lagSeconds = lagSeconds
    self.lagEvents = lagEvents
    self.problem = problem
  }
}
