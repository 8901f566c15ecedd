internal import DequeModule
import Glibc
package import Logging
package import NIOCore
import NIOPosix

/// A pipelined connection to one Redis, bound to one event loop, that comes back by itself when it's lost.
///
/// Everything must be called on its event loop. What is sent during one tick of the loop goes out together, at the
/// tick's end or with ``sendTogether(_:)``.
/// `close` must be called in the end: until then the connection keeps itself alive.
package final class RedisConnection {
  package let endpoint: RedisEndpoint
  package let eventLoop: any EventLoop
  /// Called with true each time the connection becomes ready and with false each time it stops being so, before the
  /// requests that are lost with it fail.
  package var onStateChange: ((_ isReady: Bool) -> Void)?
  /// Why the connection isn't ready, fit for a person; nil while it is, or before the first attempt failed.
  package private(set) var problem: String?

  private let configuration: RedisConnectionConfiguration
  private let logger: Logger
  private var machine: PipelineStateMachine
  /// The handler of the channel in use.
  private var handler: RedisChannelHandler?
  /// The closures that are handed to the event loop again and again, made once.
  private var flushTask: () -> Void = {}
  private var tickTask: () -> Void = {}
  private var timer: Scheduled<Void>?
  private var retry: Scheduled<Void>?
  private var lastWarning: NIODeadline?

  package init(
    endpoint: RedisEndpoint,
    eventLoop: any EventLoop,
    configuration: RedisConnectionConfiguration = .init(),
    logger: Logger
  ) {
    self.endpoint = endpoint
    self.eventLoop = eventLoop
    self.configuration = configuration
    self.logger = logger
    machine = PipelineStateMachine(configuration: configuration, now: .now())
  }

  package var isReady: Bool { machine.isReady }

  /// Requests whose replies haven't all come.
  package var pendingCount: Int { machine.pendingCount }

  /// Starts connecting, and keeps trying until `close`.
  package func start() {
    eventLoop.preconditionInEventLoop()
    guard timer == nil, !machine.isClosed else { return }
    flushTask = { self.flush() }
    tickTask = { self.tick() }
    tick()
    connect()
  }

  /// Closes for good. What waits fails with `.connectionLost`.
  package func close() {
    eventLoop.preconditionInEventLoop()
    timer?.cancel()
    retry?.cancel()
    tickTask = {}
    flushTask = {}
    end(machine.close(), .connectionLost)
    onStateChange = nil
  }

  /// Writes a request of `commands` commands and hands each reply to `handler`.
  ///
  /// `encode` appends exactly that many commands in RESP; it must not send anything itself. `timeout` is in place of the
  /// configuration's `replyTimeout`. Throws `.notConnected` or `.queueFull`; then `encode` wasn't called.
  package func send(
    commands: Int,
    handler: any RedisReplyHandler,
    timeout: TimeAmount? = nil,
    encode: (inout ByteBuffer) -> Void
  ) throws(RedisClientError) {
    eventLoop.assertInEventLoop()
    if try machine.send(commands: commands, handler: handler, timeout: timeout, encode: encode) {
      eventLoop.assumeIsolatedUnsafeUnchecked().execute(flushTask)
    }
  }

  /// Lets `body` send, and writes all of that when it returns instead of at the end of the tick: for who knows that
  /// nothing else will come, a task of the event loop less.
  package func sendTogether(_ body: () -> Void) {
    eventLoop.assertInEventLoop()
    machine.holdFlush()
    body()
    flush()
  }

  // MARK: From the channel in use

  func received(_ reply: borrowing RedisReply) {
    switch machine.replied() {
    case .deliver(let handler, let index): handler.redisReplied(reply, index: index)
    case .handshake: shakeHands(reply.error)
    case .unexpected: broke(.protocolError("a reply that nothing was sent for"))
    }
  }

  func broke(_ error: RedisClientError, because cause: (any Error)? = nil) {
    lose(error, cause.map { String(describing: $0) } ?? error.description)
  }

  // MARK: Connecting

  private func connect() {
    guard machine.connect() else { return }
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(configuration.connectTimeout)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(RedisChannelHandler())
        }
      }
    let channel =
      switch endpoint.address {
      case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
      case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
      }
    channel.assumeIsolated().whenComplete { [self] result in
      do {
        try connected(result.get())
      } catch {
        if !machine.isClosed { lose(.notConnected, ConnectFailure.text(error)) }
      }
    }
  }

  private func connected(_ channel: any Channel) throws {
    let handler = try channel.pipeline.syncOperations.handler(type: RedisChannelHandler.self)
    let steps = HandshakeStep.steps(for: endpoint)
    // Where nobody listens at a port that the system also gives out to who connects, TCP may connect a socket to itself
    // (simultaneous open, RFC 9293, 3.5): it would answer each command with that command.
    guard channel.localAddress?.port == nil || channel.localAddress != channel.remoteAddress else {
      channel.close(promise: nil)
      throw RedisClientError.notConnected
    }
    guard channel.isActive, machine.connected(steps, deadline: .now() + configuration.connectTimeout) else {
      channel.close(promise: nil)
      throw RedisClientError.connectionLost
    }
    self.handler = handler
    handler.serve(self)
    var bytes = ByteBuffer()
    for step in steps { step.write(for: endpoint, to: &bytes) }
    handler.write(bytes)
  }

  private func shakeHands(_ error: RedisServerError?) {
    switch machine.handshakeReplied(error) {
    case .wait: break
    case .fail(let reason): lose(.connectionLost, reason)
    case .ready:
      problem = nil
      lastWarning = nil
      logger.info("connected to Redis", metadata: ["endpoint": "\(endpoint)"])
      onStateChange?(true)
    }
  }

  // MARK: Endings

  private func lose(_ error: RedisClientError, _ reason: String) {
    let loss = machine.lost(random: .random(in: 0...1))
    problem = reason
    // While Redis is away there are several attempts a second; one line every few seconds says enough.
    if loss.wasReady || lastWarning.map({ .now() - $0 > .seconds(5) }) ?? true {
      lastWarning = .now()
      logger.warning("no connection to Redis", metadata: ["endpoint": "\(endpoint)", "reason": "\(reason)"])
    }
    if let delay = loss.retryAfter {
      retry = eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.connect() }
    }
    end(loss, error)
  }

  private func end(_ loss: PipelineStateMachine.Loss, _ error: RedisClientError) {
    let handler = handler
    self.handler = nil
    handler?.abandon()
    if loss.wasReady { onStateChange?(false) }
    // Last, since these may send again, and then find everything as it will be.
    for request in loss.failed { request.handler.redisFailed(error) }
  }

  private func tick() {
    if machine.ticked(now: .now()) { lose(.timedOut, RedisClientError.timedOut.description) }
    guard !machine.isClosed else { return }
    timer = eventLoop.assumeIsolated().scheduleTask(in: configuration.tick, tickTask)
  }

  private func flush() {
    guard let bytes = machine.takeOutgoing() else { return }
    handler?.write(bytes)
  }
}

@available(*, unavailable)
extension RedisConnection: Sendable {}

/// Who gets the replies of a request. Called on the connection's event loop.
package protocol RedisReplyHandler: AnyObject {
  /// The reply to the command at `index` (from 0) of the request. An error of Redis is a reply.
  /// The reply is only lent: it must be read before this returns.
  func redisReplied(_ reply: borrowing RedisReply, index: Int)

  /// No more replies will come. Called at most once, in place of those that are missing; never when all came.
  func redisFailed(_ error: RedisClientError)
}

/// Why no connection could be made, in words for an operator: NIO's own name the functions and wrappers.
enum ConnectFailure {
  static func text(_ error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError: text(error)
    case ChannelError.connectTimeout: "no answer in time"
    default: "\(error)"
    }
  }

  private static func text(_ error: NIOConnectionError) -> String {
    if error.dnsAError != nil, error.dnsAAAAError != nil { return "the host name \"\(error.host)\" isn't known" }
    var reasons: [String] = []
    for failure in error.connectionErrors.map({ text($0.error) }) where !reasons.contains(failure) {
      reasons.append(failure)
    }
    return reasons.isEmpty ? "\(error)" : reasons.joined(separator: "; ")
  }
}
