internal import HowUsedArchive

/// The answer of `GET /health`.
struct HealthReport: Encodable {
  struct Redis: Encodable {
    var reachable: Bool
    var durability: String?
    /// See ``RedisStatus/writesPostponed``.
    var writesPostponed: Bool?
    var usedMemory: Int64?
    var memoryLimit: Int64?
  }

  /// That the streams' ids are ahead of Redis's clock, which was set forward and back. Nothing is lost by it.
  struct Clock: Encodable {
    /// By how much.
    let aheadSeconds: Double
    let problem: String

    init(leadMilliseconds: Int64) {
      aheadSeconds = Double(leadMilliseconds) / 1000
      problem = """
        events get ids that are ahead of Redis's clock, which was once set forward: their times are right, and the ids \
        will be when the clock has come there
        """
    }
  }

  /// `ready` or `not ready`.
  var status: String
  /// Why it is not ready, each for a person.
  var reasons: [String]
  var version: String
  var redis: Redis
  /// Entries in the streams; nil while Redis can't be reached.
  var streamLength: Int64?
  /// Nil when nothing is wrong with it.
  var clock: Clock?
  var archive: ConsumerHealth?
  var statistics: ConsumerHealth?
}

/// How far a reader of the streams has come, for `/health`.
package struct ConsumerHealth: Sendable, Encodable {
  /// The age of the oldest event that waits for it, in seconds, whichever server works on them: up to about 1 when it keeps
  /// up, 0 when none waits; nil when it isn't known, and then ``problem`` says why.
  package var lagSeconds: Double?
  /// How many wait; see ``StreamBacklog``. Nil together with ``lagSeconds``.
  package var lagEvents: Int64?
  /// What keeps it from going on, for a person; nil when nothing does.
  package var problem: String?

  /// Of the archive: whether this process archives or stands by, for a person; nil before it's known.
  package var state: String?
  /// Of the archive: how many partitions this process archives.
  package var partitions: Int?

  /// - Parameter problem: what the consumer itself says.
  package init(backlog: BacklogMonitor.Observation, problem: String?) {
    self.problem = problem
    switch backlog {
    case .known(let backlog):
      lagSeconds = Double(backlog.ageMilliseconds) / 1000
      lagEvents = backlog.entries
    case .unknown(let reason):
      self.problem = problem ?? reason
    }
  }
}
