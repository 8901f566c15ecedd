internal import NIOCore

/// A request whose replies haven't all come.
struct PendingRequest {
  let handler: any RedisReplyHandler
  let tag: UInt64
  /// How many commands it has; at least 1.
  let commands: Int
  /// How many of them were replied to.
  var replied = 0
  /// Bytes of all its commands together.
  let bytes: Int
  let deadline: NIODeadline
}
