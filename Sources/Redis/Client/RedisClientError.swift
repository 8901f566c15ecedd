/// Why a request has no reply.
package enum RedisClientError: Error, Equatable, Sendable {
  /// There is no connection that is ready. Nothing was sent.
  case notConnected
  /// Too many requests, or too many bytes of requests, are waiting for their replies. Nothing was sent.
  case queueFull
  /// The connection went away before the reply. Whether Redis carried the commands out is unknown.
  case connectionLost
  /// Redis didn't reply within the deadline, and the connection was closed. The outcome is unknown.
  case timedOut
  /// Redis sent what isn't a reply to anything, or isn't RESP2. The outcome is unknown.
  case protocolError(String)

  /// True when the commands were certainly not sent, so that they can be tried again without happening twice.
  package var nothingWasSent: Bool {
    self == .notConnected || self == .queueFull
  }
}

extension RedisClientError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notConnected: "not connected to Redis"
    case .queueFull: "too many requests are waiting for Redis"
    case .connectionLost: "the connection to Redis was lost before the reply came"
    case .timedOut: "Redis didn't reply in time"
    case .protocolError(let reason): "Redis sent what can't be understood: \(reason)"
    }
  }
}
