/// Something that goes wrong for a while.
struct Fault: Sendable {
  /// What it takes hold of: two faults at once never share one, since then neither would know what to heal.
  enum Area: Sendable { case server, redis, wire, disk, clock }
  /// What not every machine lets it do.
  enum Need: String, Sendable { case mounts, shim }

  typealias Action = @Sendable (World) async throws -> Void

  let name: String
  let areas: Set<Area>
  var needs: Set<Need> = []
  /// What it may cost, for the table; nil: nothing that was acknowledged.
  var mayLose: String?
  /// How often it comes in a run, compared with others.
  var weight = 1
  /// Milliseconds between ``apply`` and ``heal``.
  var hold = 200...2000
  /// Whether it's one of those of two minutes.
  var isQuick = false
  /// The number is anything, for what it chooses among.
  let apply: @Sendable (World, UInt64) async throws -> Void
  let heal: Action
  /// What only changes back what would help, done when all has recovered without it.
  var afterRecovery: Action?

  static let all = serverFaults + redisFaults + refusalFaults + lossFaults + wireFaults + diskFaults + clockFaults
}
