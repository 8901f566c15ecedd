import NIOCore
import Testing

@testable import Redis

@Suite("PipelineStateMachine")
struct PipelineStateMachineTests {
  @Test("is ready only when every step of the handshake was answered")
  func handshake() throws {
    var machine = PipelineStateMachine.make()
    #expect(throws: RedisClientError.notConnected) { try machine.admit() }
    #expect(machine.connect() == true)
    #expect(machine.connect() == false)
    #expect(machine.connected([.authenticate, .select, .ping], deadline: .at(5)) == true)
    for _ in 0..<2 {
      let action = machine.replied()
      #expect(action.isHandshake)
      #expect(machine.handshakeReplied(nil) == .wait)
      #expect(throws: RedisClientError.notConnected) { try machine.admit() }
    }
    #expect(machine.handshakeReplied(nil) == .ready)
    #expect(machine.isReady)
    try machine.admit()
  }

  @Test(
    "which errors a handshake survives",
    arguments: [
      (HandshakeStep.authenticate, "WRONGPASS invalid username-password pair", false),
      (.authenticate, "LOADING Redis is loading the dataset in memory", false),
      (.select, "ERR DB index is out of range", false),
      (.ping, "NOAUTH Authentication required.", false),
      (.ping, "DENIED Redis is running in protected mode", false),
      (.ping, "LOADING Redis is loading the dataset in memory", true),
      (.ping, "NOPERM this user has no permissions to run the 'ping' command", true),
    ]
  )
  func handshakeErrors(step: HandshakeStep, message: String, survives: Bool) {
    var machine = PipelineStateMachine.make()
    machine.connects([step], deadline: .at(5))
    let action = machine.handshakeReplied(RedisServerError(message: message))
    #expect(action == (survives ? .ready : .fail("\(step.rawValue): \(message)")))
  }

  @Test("a handshake that isn't answered is overdue")
  func handshakeDeadline() {
    var machine = PipelineStateMachine.make()
    #expect(!machine.isOverdue(now: .at(1000)))
    machine.connects([.ping], deadline: .at(5))
    #expect(!machine.isOverdue(now: .at(4)))
    #expect(machine.isOverdue(now: .at(5)))
    let loss = machine.lost(random: 0)
    #expect(!loss.wasReady)
    #expect(!machine.isOverdue(now: .at(1000)))
  }

  @Test("replies go to the requests in order, by index and tag")
  func order() {
    var machine = PipelineStateMachine.ready()
    machine.send(commands: 2, tag: 7)
    machine.send(commands: 1, tag: 8)
    machine.send(commands: 3, tag: 9)
    let delivered = (0..<6).map { _ in machine.replied().delivery }
    #expect(delivered == ["7.0", "7.1", "8.0", "9.0", "9.1", "9.2"])
    #expect(machine.pendingCount == 0)
    let action = machine.replied()
    #expect(action.isUnexpected)
  }

  @Test("a connection lost at any point fails what hasn't all its replies, once, in order, and sends nothing again")
  func lostAnywhere() {
    let commands = [2, 1, 3]
    for replies in 0...6 {
      var machine = PipelineStateMachine.ready()
      for (index, count) in commands.enumerated() { machine.send(commands: count, tag: UInt64(index)) }
      for _ in 0..<replies { _ = machine.replied() }
      let loss = machine.lost(random: 1)
      let expected: [UInt64] = [[0, 1, 2], [0, 1, 2], [1, 2], [2], [2], [2], []][replies]
      #expect(loss.failed.map(\.tag) == expected)
      #expect(loss.wasReady && loss.retryAfter == .milliseconds(10))
      #expect(machine.pendingCount == 0 && !machine.isReady)
      let lateReply = machine.replied()
      #expect(lateReply.isUnexpected)
      #expect(throws: RedisClientError.notConnected) { try machine.admit() }
      machine.becomeReady()
      let earlyReply = machine.replied()
      #expect(earlyReply.isUnexpected)
      let secondLoss = machine.lost(random: 1)
      #expect(secondLoss.failed.isEmpty)
    }
  }

  @Test("only the oldest request's deadline counts, up to its last reply")
  func deadline() {
    var machine = PipelineStateMachine.ready()
    #expect(!machine.isOverdue(now: .at(1000)))
    machine.send(commands: 2, tag: 1, deadline: .at(10))
    machine.send(commands: 1, tag: 2, deadline: .at(20))
    #expect(!machine.isOverdue(now: .at(9)))
    _ = machine.replied()
    #expect(machine.isOverdue(now: .at(10)))
    _ = machine.replied()
    #expect(!machine.isOverdue(now: .at(19)))
    #expect(machine.isOverdue(now: .at(20)))
  }

  @Test("refuses more requests than may wait, and takes them again when replies came")
  func fullOfRequests() throws {
    var machine = PipelineStateMachine.ready(maxPending: 2)
    machine.send(commands: 2, tag: 1)
    machine.send(commands: 1, tag: 2)
    #expect(throws: RedisClientError.queueFull) { try machine.admit() }
    _ = machine.replied()
    #expect(throws: RedisClientError.queueFull) { try machine.admit() }
    _ = machine.replied()
    try machine.admit()
  }

  @Test("refuses more bytes than may wait, and forgets those of a lost connection")
  func fullOfBytes() throws {
    var machine = PipelineStateMachine.ready(maxPendingBytes: 100)
    machine.send(commands: 1, tag: 1, bytes: 99)
    try machine.admit()
    machine.send(commands: 1, tag: 2, bytes: 500)
    #expect(throws: RedisClientError.queueFull) { try machine.admit() }
    _ = machine.replied()
    #expect(throws: RedisClientError.queueFull) { try machine.admit() }
    _ = machine.lost(random: 0)
    machine.becomeReady()
    try machine.admit()
  }

  @Test("waits twice as long after each failure, up to the longest, and starts over once it was ready")
  func backoff() {
    var machine = PipelineStateMachine.make()
    var waits: [TimeAmount?] = []
    for _ in 0..<8 {
      _ = machine.connect()
      waits.append(machine.lost(random: 1).retryAfter)
    }
    #expect(waits == [10, 20, 40, 80, 160, 320, 500, 500].map { .milliseconds($0) })
    machine.becomeReady()
    waits = [machine.lost(random: 1).retryAfter, machine.lost(random: 0).retryAfter]
    #expect(waits == [.milliseconds(10), .milliseconds(10)])
    let backoff = ReconnectBackoff(shortest: .milliseconds(10), longest: .milliseconds(500))
    #expect(backoff.delay(afterFailures: 1, random: 0) == .milliseconds(5))
    #expect(backoff.delay(afterFailures: Int.max, random: 0.5) == .milliseconds(375))
    let huge = ReconnectBackoff(shortest: .nanoseconds(.max / 2), longest: .nanoseconds(.max))
    #expect(huge.delay(afterFailures: 60, random: 0) == .nanoseconds(.max / 2))
  }

  @Test("after close nothing happens any more")
  func close() {
    var machine = PipelineStateMachine.ready()
    machine.send(commands: 1, tag: 4)
    let loss = machine.close()
    #expect(loss.failed.map(\.tag) == [4] && loss.wasReady && loss.retryAfter == nil)
    #expect(machine.isClosed)
    #expect(machine.connect() == false)
    let later = [machine.lost(random: 0), machine.close()]
    #expect(later.allSatisfy { $0.retryAfter == nil && $0.failed.isEmpty && !$0.wasReady })
    #expect(!machine.isOverdue(now: .at(1000)))

    var connecting = PipelineStateMachine.make()
    _ = connecting.connect()
    _ = connecting.close()
    #expect(connecting.connected([.ping], deadline: .at(1)) == false)
  }
}
