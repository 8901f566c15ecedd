import HowUsedModel
import Redis

extension RedisClientError {
  /// What a bot is told whose event got no reply from Redis.
  var requestError: RequestError {
    switch self {
    case .notConnected: .redisUnavailable()
    case .queueFull: .overloaded()
    case .connectionLost, .timedOut, .protocolError: .outcomeUnknown()
    }
  }
}
