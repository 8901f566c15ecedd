package import HowUsedModel

/// What can go wrong with the store, each told so that an operator knows what to do.
package enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Redis can't be reached: where, and what the attempt said.
  case unreachable(endpoint: String, reason: String)
  /// Redis answered a command in a form that it shouldn't.
  case unexpectedReply(command: String)
  /// This Redis was set up with another number of partitions.
  case partitionsDiffer(recorded: Int, requested: Int)
  /// What `KeySchema.meta` holds isn't ours.
  case unreadableMeta(String)
  case botExists(BotID)
  case noSuchBot(BotID)
  case invalidSetting(String)
  /// No `redis-server` in the executable's search path.
  case redisServerMissing
  /// The private Redis didn't start: why, with the end of its log.
  case redisServerFailed(String)
  /// The data folder can't be used.
  case folder(path: String, reason: String)

  package var description: String {
    switch self {
    case .unreachable(let endpoint, let reason): "Redis at \(endpoint) can't be reached: \(reason)"
    case .unexpectedReply(let command): "Redis answered \(command) in an unexpected form"
    case .partitionsDiffer(let recorded, let requested):
      """
      this installation was set up with \(recorded) partitions, but \(requested) were asked for: the number can't be changed \
      later; leave --partitions (HOWUSED_PARTITIONS) out or give \(recorded)
      """
    case .unreadableMeta(let value):
      "Redis has \"\(value)\" as the number of partitions: is it HowUsed's, and --key-prefix right?"
    case .botExists(let bot): "bot \(bot) exists already; `howused bot rotate \(bot)` makes new tokens for it"
    case .noSuchBot(let bot): "there is no bot \(bot); `howused bot list` shows those that are registered"
    case .invalidSetting(let reason): reason
    case .redisServerMissing:
      """
      redis-server isn't installed: install it with `sudo apt-get install redis-server`, or give the Redis to use with \
      --redis-url
      """
    case .redisServerFailed(let reason): "the private redis-server failed: \(reason)"
    case .folder(let path, let reason): "can't use the folder \(path): \(reason)"
    }
  }
}

extension StoreError {
  /// Whether trying again can't help: the operator has to change something.
  var isFinal: Bool {
    switch self {
    case .partitionsDiffer, .unreadableMeta: true
    default: false
    }
  }
}
