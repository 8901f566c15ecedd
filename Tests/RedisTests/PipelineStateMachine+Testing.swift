import NIOCore

@testable import Redis

extension PipelineStateMachine {
  static func make(maxPending: Int = 100, maxPendingBytes: Int = 10_000) -> PipelineStateMachine {
    PipelineStateMachine(
      maxPending: maxPending,
      maxPendingBytes: maxPendingBytes,
      backoff: ReconnectBackoff(shortest: .milliseconds(10), longest: .milliseconds(500))
    )
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

  mutating func send(
    commands: Int,
    tag: UInt64,
    bytes: Int = 10,
    deadline: NIODeadline = .distantFuture,
    to handler: any RedisReplyHandler = ReplyLog()
  ) {
    sent(PendingRequest(handler: handler, tag: tag, commands: commands, bytes: bytes, deadline: deadline))
  }
}

extension PipelineStateMachine.ReplyAction {
  /// `tag.index`
  var delivery: String? {
    if case .deliver(_, let index, let tag) = self { "\(tag).\(index)" } else { nil }
  }

  var isHandshake: Bool {
    if case .handshake = self { true } else { false }
  }

  var isUnexpected: Bool {
    if case .unexpected = self { true } else { false }
  }
}

extension NIODeadline {
  static func at(_ seconds: UInt64) -> NIODeadline { .uptimeNanoseconds(seconds * 1_000_000_000) }
}
