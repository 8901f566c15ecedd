import HowUsedServer
import NIOCore
import Redis
import Testing

/// What Redis says of itself, whatever it says.
@Suite struct RedisStatusTests {
  private func text(_ text: String) -> RedisValue { .bulk(ByteBuffer(string: text)) }

  private func setting(_ name: String, _ value: String) -> RedisValue { .array([text(name), text(value)]) }

  @Test func aWholeAnswer() throws {
    let replies: [RedisValue] = [
      text("# Memory\r\nused_memory:1000\r\nmaxmemory:5000\r\n"), setting("appendonly", "yes"),
      setting("appendfsync", "always"), text("aof_last_write_status:ok\r\n"), text("role:slave\r\n"), .integer(3),
      .integer(4),
    ]
    let status = try RedisStatus(replies: replies)
    #expect(status.usedMemory == 1000 && status.memoryLimit == 5000)
    #expect(status.durability == .always)
    #expect(status.streamLength == 7)
    #expect(status.refusal?.contains("replica") == true)
    // Each may be missing, or an error, except that an error in place of a length is the whole answer's.
    for count in 0...replies.count { _ = try RedisStatus(replies: Array(replies.prefix(count))) }
    for place in replies.indices {
      var odd = replies
      odd[place] = .error(RedisServerError(message: "LOADING"))
      if place < RedisStatus.questions.count {
        _ = try RedisStatus(replies: odd)
      } else {
        #expect(throws: RedisServerError.self) { try RedisStatus(replies: odd) }
      }
    }
  }

  @Test(
    "Only everysec holds writes back, while it syncs and has some",
    arguments: [
      ("everysec", 1, 5, true), ("everysec", 1, 0, false), ("everysec", 0, 5, false), ("always", 1, 5, nil),
      ("no", 1, 5, nil),
    ]
  )
  func postponed(fsync: String, syncing: Int, buffered: Int, isPostponed: Bool?) throws {
    let status = try RedisStatus(replies: [
      .null, setting("appendonly", "yes"), setting("appendfsync", fsync),
      text("aof_pending_bio_fsync:\(syncing)\r\naof_buffer_length:\(buffered)\r\naof_delayed_fsync:3\r\n"), .null,
    ])
    #expect(status.writesPostponed == isPostponed)
    #expect(status.delayedSyncs == 3)
  }

  @Test(arguments: ["", ":", "used_memory", "used_memory:", "used_memory:-1", "used_memory:99999999999999999999", "::"])
  func oddLines(info: String) throws {
    let status = try RedisStatus(replies: Array(repeating: text(info), count: 8))
    #expect(status.durability == .unknown)
    _ = status.closesGate(false)
  }

  @Test func lengthsWhoseSumIsTooLarge() throws {
    let lengths = Array(repeating: RedisValue.integer(.max), count: 16)
    _ = try RedisStatus(replies: Array(repeating: .null, count: RedisStatus.questions.count) + lengths)
  }
}
