import Logging
import Redis

/// Hears what Redis says to trimming and expiry. Nobody waits for it, and what failed is done again seconds later.
final class OnlineTrimReplies: RedisReplyHandler {
  private let logger: Logger

  init(logger: Logger) { self.logger = logger }

  func redisReplied(_ reply: borrowing RedisReply, index: Int) {
    if let error = reply.error {
      logger.warning("An online set could not be trimmed", metadata: ["error": "\(error)"])
    }
  }

  func redisFailed(_ error: RedisClientError) {
    logger.debug("An online set could not be trimmed", metadata: ["error": "\(error)"])
  }
}
