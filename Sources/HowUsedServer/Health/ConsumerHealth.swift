/// How far a reader of the streams has come, for `/health`.
package struct ConsumerHealth: Sendable, Encodable {
  /// How far it is behind, in seconds: up to about 1 when it keeps up; nil when this process reads nothing.
  package var lagSeconds: Double?
  /// Events that it hasn't finished; nil when they can't be counted now.
  package var lagEvents: Int64?
  /// What keeps it from going on, for a person; nil when nothing does.
  package var problem: String?

  /// Of the archive: whether this process archives or stands by, for a person; nil before it's known.
  package var state: String?
  /// Of the archive: how many partitions this process archives.
  package var partitions: Int?

  /// Of statistics: bots that send more combinations of event and params than are counted one by one.
  package var overflowingBots: [Int64]?

  package init(lagSeconds: Double?, lagEvents: Int64?, problem: String?) {
    self.lagSeconds = lagSeconds
    self.lagEvents = lagEvents
    self.problem = problem
  }
}
