/// Who gets the replies of a request. Called on the connection's event loop.
package protocol RedisReplyHandler: AnyObject {
  /// The reply to the command at `index` (from 0) of the request that was sent with `tag`. An error of Redis is a reply.
  /// The reply is only lent: it must be read before this returns.
  func redisReplied(_ reply: borrowing RedisReply, index: Int, tag: UInt64)

  /// No more replies will come for the request that was sent with `tag`. Called at most once, in place of those that
  /// are missing; never when all came.
  func redisFailed(_ error: RedisClientError, tag: UInt64)
}
