import NIOCore
import Testing

@testable import Redis

@Suite("PipelineStateMachine")
struct PipelineStateMachineTests {
  @Test("is ready only when every step of the handshake was answered")
  func handshake() throws {
    var machine = PipelineStateMachine.make()
    #expect(throws: RedisClientError.notConnected) { try machine.send(commands: 1, tag: 0) }
    #expect(machine.connect() == true)
    #expect(machine.connect() == false)
    #expect(machine.connected([.authenticate, .select, .ping], deadline: .at(5)) == true)
    for _ in 0..<2 {
      let action = machine.replied()
      #expect(action.isHandshake)
      #expect(machine.handshakeReplied(nil) == .wait)
      #expect(throws: RedisClientError.notConnected) { try machine.send(commands: 1, tag: 0) }
    }
    #expect(machine.handshakeReplied(nil) == .ready)
    #expect(machine.isReady)
    try machine.send(commands: 1, tag: 3)
  }

  @Test(
    "which errors a handshake survives",
    arguments: [
      (HandshakeStep.authenticate, "WRONGPASS invalid username-password pair", false),
      (.authenticate, "LOADING Redis is loading the dataset in memory", false),
      (.select, "ERR DB index is out of range", false),
      (.ping, "NOAUTH Authentication required.", false),
      (.ping, "DENIED Redis is running in protected mode", false),
      (.ping, "ERR max number of clients reached", false),
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
    #expect(machine.ticked(now: .at(1)) == false)
    machine.connects([.ping], deadline: .at(5))
    #expect(machine.ticked(now: .at(4)) == false)
    #expect(machine.ticked(now: .at(5)) == true)
    let loss = machine.lost(random: 0)
    #expect(!loss.wasReady)
    #expect(machine.ticked(now: .at(1000)) == false)
  }

  @Test("replies go to the requests in order, each with its index")
  func order() throws {
    var machine = PipelineStateMachine.ready()
    try machine.send(commands: 2, tag: 7)
    try machine.send(commands: 1, tag: 8)
    try machine.send(commands: 3, tag: 9)
    let delivered = (0..<6).map { _ in machine.replied().delivery }
    #expect(delivered == ["7.0", "7.1", "8.0", "9.0", "9.1", "9.2"])
    #expect(machine.pendingCount == 0)
    let action = machine.replied()
    #expect(action.isUnexpected)
  }

  @Test("a connection lost at any point fails what hasn't all its replies, once, in order, and sends nothing again")
  func lostAnywhere() throws {
    let commands = [2, 1, 3]
    for replies in 0...6 {
      var machine = PipelineStateMachine.ready()
      for (index, count) in commands.enumerated() { try machine.send(commands: count, tag: UInt64(index)) }
      for _ in 0..<replies { _ = machine.replied() }
      let loss = machine.lost(random: 1)
      let expected: [UInt64] = [[0, 1, 2], [0, 1, 2], [1, 2], [2], [2], [2], []][replies]
      #expect(loss.failed.map(\.tag) == expected)
      #expect(loss.wasReady && loss.retryAfter == .milliseconds(10))
      #expect(machine.pendingCount == 0 && !machine.isReady)
      let lateReply = machine.replied()
      #expect(lateReply.isUnexpected)
      #expect(throws: RedisClientError.notConnected) { try machine.send(commands: 1, tag: 0) }
      machine.becomeReady()
      let earlyReply = machine.replied()
      #expect(earlyReply.isUnexpected)
      let secondLoss = machine.lost(random: 1)
      #expect(secondLoss.failed.isEmpty)
    }
  }

  @Test("only the oldest request's deadline counts, up to its last reply; it's never early")
  func deadline() throws {
    var machine = PipelineStateMachine.ready()
    #expect(machine.ticked(now: .at(100)) == false)
    try machine.send(commands: 2, tag: 1)
    #expect(machine.ticked(now: .at(105)) == false)
    try machine.send(commands: 1, tag: 2)
    try machine.send(commands: 1, tag: 3, timeout: .seconds(20))
    #expect(machine.ticked(now: .at(109)) == false)
    _ = machine.replied()
    #expect(machine.ticked(now: .at(110)) == true)
    _ = machine.replied()
    #expect(machine.ticked(now: .at(114)) == false)
    #expect(machine.ticked(now: .at(115)) == true)
    _ = machine.replied()
    #expect(machine.ticked(now: .at(125)) == false)
    #expect(machine.ticked(now: .at(126)) == true)
  }

  @Test("what is sent in one tick is taken at once, and what a lost connection didn't take is never sent")
  func outgoing() throws {
    var machine = PipelineStateMachine.ready()
    let schedules = try (1...3).map { tag in
      try machine.send(commands: 1, handler: ReplyLog().entry(0), timeout: nil) { $0.writeInteger(UInt8(48 + tag)) }
    }
    #expect(schedules == [true, false, false])
    #expect(machine.takeText() == "123")
    #expect(machine.takeText() == nil)
    for tag: UInt64 in 4...9 {
      try machine.send(commands: 1, tag: tag)
      #expect(machine.takeText() == "\(tag)")
    }
    try machine.send(commands: 1, tag: 10)
    _ = machine.lost(random: 0)
    machine.becomeReady()
    #expect(machine.takeText() == nil)
    try machine.send(commands: 1, tag: 11)
    #expect(machine.takeText() == "11")
  }

  @Test("a buffer that is still being written isn't touched, and one that a burst made large isn't kept")
  func buffers() throws {
    var machine = PipelineStateMachine.ready(maxPendingBytes: .max)
    var held: [ByteBuffer] = []
    for tag: UInt64 in 1...5 {
      try machine.send(commands: 1, tag: tag)
      held += [machine.takeOutgoing()].compactMap(\.self)
    }
    #expect(held.map { String(buffer: $0) } == ["1", "2", "3", "4", "5"])
    _ = try machine.send(commands: 1, handler: ReplyLog().entry(6), timeout: nil) {
      $0.writeRepeatingByte(0, count: 1_000_000)
    }
    #expect(machine.takeOutgoing()?.readableBytes == 1_000_000)
    for tag: UInt64 in 7...8 {
      try machine.send(commands: 1, tag: tag)
      let taken = machine.takeOutgoing()
      let bytes = try #require(taken)
      #expect(bytes.capacity < 100_000 && String(buffer: bytes) == "\(tag)")
    }
  }

  @Test("refuses more requests than may wait, and takes them again when replies came")
  func fullOfRequests() throws {
    var machine = PipelineStateMachine.ready(maxPending: 2)
    try machine.send(commands: 2, tag: 1)
    try machine.send(commands: 1, tag: 2)
    #expect(throws: RedisClientError.queueFull) { try machine.send(commands: 1, tag: 0) }
    _ = machine.replied()
    #expect(throws: RedisClientError.queueFull) { try machine.send(commands: 1, tag: 0) }
    _ = machine.replied()
    try machine.send(commands: 1, tag: 3)
  }

  @Test("refuses more bytes than may wait, and forgets those of a lost connection")
  func fullOfBytes() throws {
    var machine = PipelineStateMachine.ready(maxPendingBytes: 4)
    try machine.send(commands: 1, tag: 123)
    try machine.send(commands: 1, tag: 456)
    #expect(throws: RedisClientError.queueFull) { try machine.send(commands: 1, tag: 0) }
    _ = machine.replied()
    try machine.send(commands: 1, tag: 789)
    #expect(throws: RedisClientError.queueFull) { try machine.send(commands: 1, tag: 0) }
    _ = machine.lost(random: 0)
    machine.becomeReady()
    try machine.send(commands: 1, tag: 1)
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
  func close() throws {
    var machine = PipelineStateMachine.ready()
    try machine.send(commands: 1, tag: 4)
    let loss = machine.close()
    #expect(loss.failed.map(\.tag) == [4] && loss.wasReady && loss.retryAfter == nil)
    #expect(machine.isClosed)
    #expect(machine.connect() == false)
    let later = [machine.lost(random: 0), machine.close()]
    #expect(later.allSatisfy { $0.retryAfter == nil && $0.failed.isEmpty && !$0.wasReady })
    #expect(machine.ticked(now: .at(1000)) == false)

    var connecting = PipelineStateMachine.make()
    _ = connecting.connect()
    _ = connecting.close()
    #expect(connecting.connected([.ping], deadline: .at(1)) == false)
  }
}
