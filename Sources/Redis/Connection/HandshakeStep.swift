internal import NIOCore

/// A command that is sent before a connection counts as ready.
enum HandshakeStep: String {
  case authenticate = "AUTH"
  case select = "SELECT"
  /// Always last: a socket can be connected to although nobody reads from it, and only this tells.
  case ping = "PING"

  static func steps(for endpoint: RedisEndpoint) -> [HandshakeStep] {
    var steps: [HandshakeStep] = []
    if endpoint.password != nil { steps.append(.authenticate) }
    if endpoint.database != 0 { steps.append(.select) }
    steps.append(.ping)
    return steps
  }

  func write(for endpoint: RedisEndpoint, to buffer: inout ByteBuffer) {
    var command = RedisCommand(rawValue)
    switch self {
    case .authenticate:
      if let username = endpoint.username { command.append(username) }
      command.append(endpoint.password ?? "")
    case .select: command.append(endpoint.database)
    case .ping: break
    }
    command.write(to: &buffer)
  }

  /// Whether the connection is of use although Redis answered with `error`. One that is loading its data answers each
  /// command so, and the callers know what that means for them; but without a password nothing will ever work, and one
  /// that has `maxclients` already says so to the next and closes.
  func accepts(_ error: RedisServerError) -> Bool {
    self == .ping && error.code != "NOAUTH" && error.code != "DENIED"
      && !error.message.hasPrefix("ERR max number of clients")
  }
}
