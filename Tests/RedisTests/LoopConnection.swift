import NIOCore
import NIOPosix
import Redis
import TestSupport

/// A `RedisConnection` with a log of its replies, for tests, which don't run on its event loop.
final class LoopConnection: Sendable {
  private struct State {
    let connection: RedisConnection
    let log = ReplyLog()
  }

  private let eventLoop: any EventLoop
  private let box: NIOLoopBoundBox<State>

  init(_ endpoint: RedisEndpoint, configuration: RedisConnectionConfiguration = .init()) {
    eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let connection = RedisConnection(
      endpoint: endpoint,
      eventLoop: eventLoop,
      configuration: configuration,
      logger: .quiet
    )
    box = .makeBoxSendingValue(State(connection: connection), eventLoop: eventLoop)
  }

  /// Runs `body` on the event loop.
  func run<Value: Sendable>(
    _ body: @escaping @Sendable (RedisConnection, ReplyLog) throws -> Value
  ) async throws -> Value {
    try await eventLoop.submit { [box] in try body(box.value.connection, box.value.log) }.get()
  }

  func start() async throws {
    try await run { connection, _ in connection.start() }
    guard try await becomes(ready: true) else { throw RedisClientError.notConnected }
  }

  func becomes(ready: Bool, within limit: Duration = .seconds(30)) async throws -> Bool {
    try await eventually(within: limit, every: .milliseconds(2)) {
      try await run { connection, _ in connection.isReady == ready }
    }
  }

  /// Sends all `requests` in one tick, with tags from 0.
  func send(_ requests: [[RedisCommand]], firstTag: UInt64 = 0) async throws {
    try await run { connection, log in
      for (index, commands) in requests.enumerated() {
        let entry = log.entry(firstTag + UInt64(index))
        try connection.send(commands: commands.count, handler: entry) { buffer in
          for command in commands { command.write(to: &buffer) }
        }
      }
    }
  }

  /// The lines of the log as soon as there are `count`.
  func lines(_ count: Int, within limit: Duration = .seconds(30)) async throws -> [String] {
    _ = try await eventually(within: limit, every: .milliseconds(2)) { try await run { $1.lines.count >= count } }
    return try await run { $1.lines }
  }

  /// What `onStateChange` tells from now on, with the problem at that time.
  func recordStates() async throws -> NIOLoopBoundBox<[String]> {
    try await run { connection, _ in
      let states = NIOLoopBoundBox<[String]>([], eventLoop: connection.eventLoop)
      connection.onStateChange = { [unowned connection] isReady in
        states.value.append(isReady ? "ready" : connection.problem ?? "closed")
      }
      return states
    }
  }

  /// What was recorded, as soon as there are `count`.
  func states(_ states: NIOLoopBoundBox<[String]>, _ count: Int) async throws -> [String] {
    _ = try await eventually(every: .milliseconds(2)) { try await run { _, _ in states.value.count >= count } }
    return try await run { _, _ in states.value }
  }

  func close() async throws {
    try await run { connection, _ in connection.close() }
  }
}

/// A connection that is ready, to the server.
func withConnection(
  to endpoint: RedisEndpoint,
  configuration: RedisConnectionConfiguration = .init(),
  _ body: (LoopConnection) async throws -> Void
) async throws {
  let connection = LoopConnection(endpoint, configuration: configuration)
  do {
    try await connection.start()
    try await body(connection)
  } catch {
    try await connection.close()
    throw error
  }
  try await connection.close()
}
