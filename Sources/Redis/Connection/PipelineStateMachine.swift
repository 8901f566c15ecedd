internal import DequeModule
internal import NIOCore

/// What a connection does next, decided without any I/O: one method for each happening, returning what is to be done.
///
/// Redis replies in the order of the commands, so replies are matched to requests by a queue. When a connection is lost,
/// all that waits fails and nothing is sent again: a command may have been carried out although its reply never came.
struct PipelineStateMachine {
  private enum Phase: Equatable {
    /// Not started, or waiting for the next attempt.
    case disconnected
    case connecting
    /// Logging in; the steps that weren't replied to, and until when they must be.
    case handshaking(ArraySlice<HandshakeStep>, deadline: NIODeadline)
    case ready
    case closed
  }

  enum ReplyAction {
    case deliver(any RedisReplyHandler, index: Int)
    /// A reply while logging in: to be given to `handshakeReplied`.
    case handshake
    /// Nothing waits for a reply.
    case unexpected
  }

  enum HandshakeAction: Equatable {
    case wait
    case ready
    case fail(String)
  }

  struct Loss {
    /// What waited, in order.
    let failed: Deque<PendingRequest>
    let wasReady: Bool
    /// When to connect again; nil after `close`.
    let retryAfter: TimeAmount?
  }

  /// What a burst made larger than this, in bytes, isn't kept.
  private static let largestKeptOutgoing = 256 * 1024
  private static let smallestOutgoing = 16 * 1024

  private let configuration: RedisConnectionConfiguration
  private var phase = Phase.disconnected
  private var pending = Deque<PendingRequest>()
  private var pendingBytes = 0
  private var failures = 0
  /// The requests of this tick of the event loop.
  private var outgoing = ByteBuffer()
  /// Those that were handed out last, kept for their memory.
  private var taken = ByteBuffer()
  private var isFlushScheduled = false
  /// The time of the last tick of the timer: near enough for a deadline. Asking for the time at each request would cost
  /// as much as all else that's done for it here.
  private var time: NIODeadline

  init(configuration: RedisConnectionConfiguration, now: NIODeadline) {
    self.configuration = configuration
    time = now
  }

  var isReady: Bool { phase == .ready }
  var isClosed: Bool { phase == .closed }
  var pendingCount: Int { pending.count }

  // MARK: Connecting

  /// The first attempt, or the wait for the next one is over. Returns whether to connect.
  mutating func connect() -> Bool {
    guard phase == .disconnected else { return false }
    phase = .connecting
    return true
  }

  /// Connected, and `steps` are about to be sent. Returns false when the connection isn't wanted any more.
  mutating func connected(_ steps: [HandshakeStep], deadline: NIODeadline) -> Bool {
    guard phase == .connecting else { return false }
    phase = .handshaking(steps[...], deadline: deadline)
    return true
  }

  /// `error` is what Redis answered to the next step of the handshake; nil when that is no error.
  mutating func handshakeReplied(_ error: RedisServerError?) -> HandshakeAction {
    guard case .handshaking(var steps, let deadline) = phase, let step = steps.popFirst() else { return .wait }
    if let error, !step.accepts(error) { return .fail("\(step.rawValue): \(error.message)") }
    guard steps.isEmpty else {
      phase = .handshaking(steps, deadline: deadline)
      return .wait
    }
    phase = .ready
    failures = 0
    return .ready
  }

  // MARK: Requests

  /// Lets `encode` append a request to what goes out next. Returns whether a flush is to be scheduled.
  ///
  /// One method, and all that it touches in one value, since Swift checks each access to a class's property.
  mutating func send(
    commands: Int,
    handler: any RedisReplyHandler,
    timeout: TimeAmount?,
    encode: (inout ByteBuffer) -> Void
  ) throws(RedisClientError) -> Bool {
    guard case .ready = phase else { throw .notConnected }
    guard pending.count < configuration.maxPending, pendingBytes < configuration.maxPendingBytes else {
      throw .queueFull
    }
    let before = outgoing.readableBytes
    encode(&outgoing)
    let bytes = outgoing.readableBytes - before
    pendingBytes += bytes
    // `time` is up to a tick ago, and the deadline must not be early.
    let deadline = time + configuration.tick + (timeout ?? configuration.replyTimeout)
    pending.append(PendingRequest(handler: handler, commands: commands, bytes: bytes, deadline: deadline))
    defer { isFlushScheduled = true }
    return !isFlushScheduled
  }

  /// The caller will flush by itself: `send` doesn't ask for it until then.
  mutating func holdFlush() { isFlushScheduled = true }

  /// Takes what was sent since the last time, to be written to the channel; nil when that's nothing.
  mutating func takeOutgoing() -> ByteBuffer? {
    isFlushScheduled = false
    guard outgoing.readableBytes > 0 else { return nil }
    swap(&outgoing, &taken)
    if outgoing.capacity > Self.largestKeptOutgoing { outgoing = ByteBuffer() }
    // Uses the memory of the time before last again, which the channel has normally let go of, and takes new one if not.
    outgoing.clear(minimumCapacity: Self.smallestOutgoing)
    return taken
  }

  mutating func replied() -> ReplyAction {
    guard case .ready = phase else {
      if case .handshaking = phase { return .handshake }
      return .unexpected
    }
    guard !pending.isEmpty else { return .unexpected }
    let index = pending[0].replied
    if index + 1 < pending[0].commands {
      pending[0].replied = index + 1
      return .deliver(pending[0].handler, index: index)
    }
    let request = pending.removeFirst()
    pendingBytes -= request.bytes
    return .deliver(request.handler, index: index)
  }

  // MARK: Endings

  /// The timer ticked. Returns whether a reply is overdue, so that the connection must be given up.
  mutating func ticked(now: NIODeadline) -> Bool {
    time = now
    return switch phase {
    case .ready: pending.first.map { $0.deadline <= now } ?? false
    case .handshaking(_, let deadline): deadline <= now
    case .disconnected, .connecting, .closed: false
    }
  }

  /// The connection is gone, was given up or couldn't be made. `random` is 0 to 1.
  mutating func lost(random: Double) -> Loss {
    guard phase != .closed else { return Loss(failed: [], wasReady: false, retryAfter: nil) }
    let wasReady = isReady
    phase = .disconnected
    failures += 1
    return Loss(
      failed: takePending(),
      wasReady: wasReady,
      retryAfter: configuration.backoff.delay(afterFailures: failures, random: random)
    )
  }

  /// No more of this connection. Everything after it is ignored.
  mutating func close() -> Loss {
    let wasReady = isReady
    phase = .closed
    return Loss(failed: takePending(), wasReady: wasReady, retryAfter: nil)
  }

  private mutating func takePending() -> Deque<PendingRequest> {
    let failed = pending
    pending = []
    pendingBytes = 0
    outgoing.clear()
    return failed
  }
}

/// A request whose replies haven't all come.
struct PendingRequest {
  let handler: any RedisReplyHandler
  /// How many commands it has; at least 1.
  let commands: Int
  /// How many of them were replied to.
  var replied = 0
  /// Bytes of all its commands together.
  let bytes: Int
  let deadline: NIODeadline
}

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
