import NIOCore

@testable import Redis

extension PipelineStateMachine {
  static func make(maxPending: Int = 100, maxPendingBytes: Int = 10_000) -> PipelineStateMachine {
    var configuration = RedisConnectionConfiguration()
    configuration.maxPending = maxPending
    configuration.maxPendingBytes = maxPendingBytes
    configuration.tick = .seconds(1)
    configuration.replyTimeout = .seconds(9)
    return PipelineStateMachine(configuration: configuration, now: .at(0))
  }

  static func ready(maxPending: Int = 100, maxPendingBytes: Int = 10_000) -> PipelineStateMachine {
    var machine = make(maxPending: maxPending, maxPendingBytes: maxPendingBytes)
    machine.becomeReady()
    return machine
  }

  mutating func connects(_ steps: [HandshakeStep], deadline: NIODeadline) {
    _ = connect()
    _ = connected(steps, deadline: deadline)
  }

  mutating func becomeReady() {
    connects([.ping], deadline: .distantFuture)
    _ = handshakeReplied(nil)
  }

  /// The request's bytes are its tag's digits.
  mutating func send(
    commands: Int,
    tag: UInt64,
    timeout: TimeAmount? = nil,
    to log: ReplyLog = ReplyLog()
  ) throws(RedisClientError) {
    _ = try send(commands: commands, handler: log.entry(tag), timeout: timeout) { $0.writeString("\(tag)") }
  }

  mutating func takeText() -> String? {
    takeOutgoing().map { String(buffer: $0) }
  }
}

extension PipelineStateMachine.ReplyAction {
  /// `tag.index`
  var delivery: String? {
    if case .deliver(let entry as ReplyLog.Entry, let index) = self { "\(entry.tag).\(index)" } else { nil }
  }

  var isHandshake: Bool {
    if case .handshake = self { true } else { false }
  }

  var isUnexpected: Bool {
    if case .unexpected = self { true } else { false }
  }
}

extension PendingRequest {
  var tag: UInt64? { (handler as? ReplyLog.Entry)?.tag }
}

extension NIODeadline {
  static func at(_ seconds: UInt64) -> NIODeadline { .uptimeNanoseconds(seconds * 1_000_000_000) }
}
