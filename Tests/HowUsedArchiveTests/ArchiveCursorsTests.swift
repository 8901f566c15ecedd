import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import Synchronization
import TestSupport
import Testing

@Suite struct ArchiveCursorsTests {
  @Test("Who doesn't archive knows how far the one that does has come, sealed or not")
  func standby() async throws {
    try await ArchiveRig.with(partitions: 2) { rig in
      let first = try rig.archiver()
      let second = try rig.archiver()
      try await rig.add(50)
      try await first.pass()
      try await second.pass()
      #expect(second.progress.health.leases?.held == 0)
      #expect(try rig.archived() == [])
      #expect(try await rig.backlog(of: first) == StreamBacklog())
      #expect(try await rig.backlog(of: second) == StreamBacklog())
      try await rig.add(7, from: Samples.start + 1000)
      #expect(try await rig.backlog(of: first).entries == 7)
      #expect(try await rig.backlog(of: second).entries == 7)
      try await first.pass()
      #expect(try await rig.backlog(of: second) == StreamBacklog())
      // Only what moved is written, and once.
      let key = rig.streams.keys.archiveCursor(rig.partition)
      try await rig.client.send("SET", key, "1-1")
      try await first.pass()
      #expect(try await rig.client.send("GET", key).string == "1-1")
      // Another one takes over, and starts over from what is sealed.
      try await rig.client.send("DEL", rig.streams.keys.archiveLease(rig.partition))
      let third = try rig.archiver()
      try await third.pass()
      #expect(try await rig.client.send("GET", key).string == "\(Samples.start + 1006)-0")
      #expect(try await rig.backlog(of: second) == StreamBacklog())
    }
  }

  @Test("A cursor that can't be told stops no archiving")
  func cursorIsRefused() async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(50)
      let keys = rig.streams.keys
      let allowed = [keys.meta, rig.key, keys.archiveLease(rig.partition), keys.archivePosition(rig.partition)]
        .map { "~\($0)" }
      try await rig.client.send(RedisCommand(["ACL", "SETUSER", "default", "resetkeys"] + allowed))
      let archiver = try rig.archiver()
      try await archiver.pass()
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == ids)
      #expect(archiver.progress.health.lastError == nil)
    }
  }

  @Test("A failed sync takes the cursor back to what is sealed")
  func failedSync() async throws {
    try await ArchiveRig.with { rig in
      let failing = Mutex(false)
      let archiver = try rig.archiver(
        rig.configuration { step, _ in
          guard step == .willSyncBatch, failing.withLock({ $0 }) else { return }
          throw FileError(.sync, path: "part", code: EIO)
        }
      )
      try await rig.add(20)
      try await archiver.pass(sealing: true)
      try await rig.add(30, from: Samples.start + 1000)
      try await archiver.pass()
      #expect(try await rig.backlog(of: archiver) == StreamBacklog())
      failing.withLock { $0 = true }
      try await rig.add(10, from: Samples.start + 2000)
      try await archiver.pass()
      #expect(try await rig.backlog(of: archiver).entries == 40)
      failing.withLock { $0 = false }
      let isArchived = try await eventually {
        try await archiver.pass()
        return try await rig.backlog(of: archiver) == StreamBacklog()
      }
      #expect(isArchived)
    }
  }
}
