package import Logging
package import NIOCore
internal import NIOPosix
internal import Synchronization

/// A connection of its own for tasks: background services and commands. Not for the hot path.
///
/// Requests of one client go out in the order in which they were made, and the commands of one `pipeline` are never
/// interleaved with others. Nothing is sent twice. A task that is cancelled stops waiting at once; what it had sent may
/// still be carried out. `shutdown` must be called in the end.
package final class RedisClient: Sendable {
  package let endpoint: RedisEndpoint
  private let eventLoop: any EventLoop
  private let box: NIOLoopBoundBox<(connection: RedisConnection, waiters: ReadyWaiters)>
  private let connections = Atomic(0)

  /// Grows with each connection that is made or lost: what was read at another number may be of another Redis by now.
  package var connectionNumber: Int { connections.load(ordering: .acquiring) }

  /// Begins to connect; `waitUntilReady` tells when that's done.
  package init(
    endpoint: RedisEndpoint,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    configuration: RedisConnectionConfiguration = .init(),
    logger: Logger
  ) {
    self.endpoint = endpoint
    let eventLoop = group.next()
    self.eventLoop = eventLoop
    let connection = RedisConnection(
      endpoint: endpoint,
      eventLoop: eventLoop,
      configuration: configuration,
      logger: logger
    )
    box = .makeBoxSendingValue((connection, ReadyWaiters()), eventLoop: eventLoop)
    eventLoop.execute { [box] in
      let (connection, waiters) = box.value
      connection.onStateChange = { isReady in
        self.connections.add(1, ordering: .releasing)
        if isReady { waiters.succeedAll() }
      }
      connection.start()
    }
  }

  /// Closes the connection for good. What waits fails with `.connectionLost`, what comes later with `.notConnected`.
  package func shutdown() async {
    // Fails only when the event loop has ended already, and the connection with it.
    try? await eventLoop.submit { [box] in
      let (connection, waiters) = box.value
      connection.close()
      waiters.failAll()
    }.get()
  }

  /// Returns as soon as Redis can be talked to; throws `RedisClientError.notConnected` when that takes longer than
  /// `timeout`. Redis may still be loading its data and answer every command with a `LOADING` error.
  package func waitUntilReady(timeout: Duration) async throws {
    let ready: EventLoopFuture<Void> = eventLoop.flatSubmit { [box, eventLoop] in
      let (connection, waiters) = box.value
      let promise = eventLoop.makePromise(of: Void.self)
      if connection.isReady { promise.succeed() } else { waiters.add(promise, timeout: TimeAmount(timeout)) }
      return promise.futureResult
    }
    try await ready.get()
  }

  /// Why there is no connection, fit for a person; nil when there is one, or before the first attempt failed.
  package func problem() async -> String? {
    try? await eventLoop.submit { [box] in box.value.connection.problem }.get()
  }

  /// Sends one command. Throws `RedisServerError` when Redis answers with an error, and `RedisClientError`.
  /// `timeout` is in place of the configuration's `replyTimeout`.
  @discardableResult
  package func send(_ command: RedisCommand, timeout: Duration? = nil) async throws -> RedisValue {
    try await query(command, timeout: timeout) { RedisValue($0) }
  }

  @discardableResult
  package func send(_ name: String, _ arguments: any RedisArgument...) async throws -> RedisValue {
    try await send(RedisCommand([name] + arguments))
  }

  /// Sends commands together, which is no transaction: each stands for itself, and errors of Redis stay in their places
  /// as `.error`. Throws only `RedisClientError`.
  @discardableResult
  package func pipeline(_ commands: [RedisCommand], timeout: Duration? = nil) async throws -> [RedisValue] {
    guard !commands.isEmpty else { return [] }
    return try await request(commands, timeout, adding: []) { $0.append(RedisValue($1)) }
  }

  /// Sends one command and looks at the reply on the event loop, without a copy: for large ones. `body` mustn't block;
  /// it isn't called for an error of Redis, which is thrown. What it throws is thrown.
  package func query<Value: Sendable>(
    _ command: RedisCommand,
    timeout: Duration? = nil,
    _ body: @escaping @Sendable (borrowing RedisReply) throws -> Value
  ) async throws -> Value {
    guard let value = try await query([command], timeout: timeout, body).first else {
      throw RedisClientError.protocolError("no reply")
    }
    return value
  }

  /// As `query`, for commands sent together: the values in their order. An error of Redis to any of them is thrown.
  package func query<Value: Sendable>(
    _ commands: [RedisCommand],
    timeout: Duration? = nil,
    _ body: @escaping @Sendable (borrowing RedisReply) throws -> Value
  ) async throws -> [Value] {
    guard !commands.isEmpty else { return [] }
    return try await request(commands, timeout, adding: []) { values, reply in
      if let error = reply.error { throw error }
      values.append(try body(reply))
    }
  }

  private func request<Value: Sendable>(
    _ commands: [RedisCommand],
    _ timeout: Duration?,
    adding replies: Value,
    _ add: @escaping @Sendable (inout Value, borrowing RedisReply) throws -> Void
  ) async throws -> Value {
    let request = AsyncRequest(commands: commands.count, adding: replies, add)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard request.begin(continuation) else { return }
        eventLoop.execute { [box] in
          do throws(RedisClientError) {
            try box.value.connection.send(
              commands: commands.count,
              handler: request,
              timeout: timeout.map { TimeAmount($0) }
            ) { buffer in
              for command in commands { command.write(to: &buffer) }
            }
          } catch {
            request.redisFailed(error)
          }
        }
      }
    } onCancel: {
      request.cancel()
    }
  }
}

/// The tasks that wait for a connection to become ready. Bound to the connection's event loop.
final class ReadyWaiters {
  private var waiters: [Int: EventLoopPromise<Void>] = [:]
  private var next = 0

  func add(_ promise: EventLoopPromise<Void>, timeout: TimeAmount) {
    let number = next
    next += 1
    waiters[number] = promise
    promise.futureResult.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
      self.waiters.removeValue(forKey: number)?.fail(RedisClientError.notConnected)
    }
  }

  func succeedAll() {
    let waiting = waiters
    waiters = [:]
    for promise in waiting.values { promise.succeed() }
  }

  func failAll() {
    let waiting = waiters
    waiters = [:]
    for promise in waiting.values { promise.fail(RedisClientError.notConnected) }
  }
}

@available(*, unavailable)
extension ReadyWaiters: Sendable {}
