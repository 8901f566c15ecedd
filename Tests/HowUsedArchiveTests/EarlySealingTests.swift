@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Synchronization
import Redis
import TestSupport
import Testing

/// Parts that are sealed though they were opened a moment ago.
@Suite struct EarlySealingTests {
  @Test("What waited in Redis for an interval or longer doesn't wait for another one")
  func age() async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(30)
      let archiver = try rig.archiver()
      try await archiver.pass()
      #expect(try rig.archived() == [])
      rig.now.withLock { $0 += 3_600_000 }
      try await archiver.pass()
      #expect(try rig.archived() == ids)
    }
  }

  @Test("While Redis refuses events for lack of memory all is sealed and trimmed")
  func refusing() async throws {
    try await ArchiveRig.with { rig in
      var configuration = rig.configuration()
      configuration.memory = { RedisMemory(used: 90 << 20, limit: 100 << 20, isRefusing: true) }
      let ids = try await rig.add(30)
      let archiver = try rig.archiver(configuration)
      try await archiver.pass()
      #expect(try rig.archived() == ids)
      try await archiver.trimmer.pass()
      #expect(try await rig.streams.length(rig.partition) == 0)
    }
  }

  @Test("The lease, the position and the cursor are stored in a Redis that refuses all else")
  func full() async throws {
    try await ArchiveRig.with(config: ["maxmemory 64mb", "maxmemory-policy noeviction"]) { rig in
      let ids = try await rig.add(30)
      try await rig.client.send("CONFIG", "SET", "maxmemory", 1)
      await #expect(throws: RedisServerError.self) { try await rig.client.send("SET", "x", "y") }
      let archiver = try rig.archiver()
      try await archiver.pass(sealing: true)
      #expect(archiver.progress.health.lastError == nil)
      #expect(try rig.archived() == ids)
      let keys = rig.streams.keys
      for key in [keys.archivePosition(rig.partition), keys.archiveCursor(rig.partition)] {
        #expect(try await rig.client.send("GET", key).string == ids.last?.description)
      }
      try await archiver.trimmer.pass()
      #expect(try await rig.streams.length(rig.partition) == 0)
    }
  }

  @Test("Sealing early is worth it when the parts hold enough of a memory that is short")
  func shortage() {
    func isShort(_ used: Int64, _ open: Int, _ isRefusing: Bool = false) -> Bool {
      RedisMemory(used: used << 20, limit: 100 << 20, isRefusing: isRefusing).isShort(openBytes: open << 20)
    }
    #expect(!isShort(69, 50))
    #expect(isShort(70, 7))
    #expect(!isShort(84, 6))
    #expect(isShort(81, 1, true))
    #expect(isShort(81, 0, true))
    #expect(!RedisMemory(used: 9, limit: 0, isRefusing: false).isShort(openBytes: 9))
  }
}
