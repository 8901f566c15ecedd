/// The answer of `GET /health`.
struct HealthReport: Encodable {
  struct Redis: Encodable {
    var reachable: Bool
    var durability: String?
    var usedMemory: Int64?
    var memoryLimit: Int64?
  }

  /// `ready` or `not ready`.
  var status: String
  /// Why it is not ready, each for a person.
  var reasons: [String]
  var version: String
  var redis: Redis
  /// Entries in the streams; nil while Redis can't be reached.
  var streamLength: Int64?
  var archive: ConsumerHealth?
  var statistics: ConsumerHealth?
}
