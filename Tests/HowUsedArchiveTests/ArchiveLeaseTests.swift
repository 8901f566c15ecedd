import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// Whoever ends without releasing its leases, and however early: somebody else archives soon.
@Suite struct ArchiveLeaseTests {
  /// In 100 days: Redis's clock was that much ahead when it was renewed last, and is right again. Zero: never.
  @Test("A lease runs out although somebody asks for it all the time", arguments: [500, 100 * 86_400_000, 0])
  func runsOut(milliseconds: Int) async throws {
    try await ArchiveRig.with { rig in
      let key = rig.streams.keys.archiveLease(rig.partition)
      try await rig.client.send("SET", key, "a process elsewhere that is gone")
      if milliseconds > 0 { try await rig.client.send("PEXPIRE", key, milliseconds) }
      var lease = ArchiveLease(client: rig.client, key: key, owner: "this", time: .milliseconds(500))
      var isHeld = false
      let end = ContinuousClock.now + .seconds(30)
      while !isHeld, ContinuousClock.now < end {
        isHeld = try await lease.hold { _ in false }
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(isHeld)
      #expect(try await rig.client.send("GET", key).string == "this")
    }
  }

  @Test("A lease that is asked for often enough stays whose it is")
  func isRenewed() async throws {
    try await ArchiveRig.with { rig in
      let key = rig.streams.keys.archiveLease(rig.partition)
      // Asked for every 10 ms, renewed every 5 s.
      var lease = ArchiveLease(client: rig.client, key: key, owner: "this", time: .seconds(15))
      let isTaken = try await lease.hold { _ in false }
      #expect(isTaken)
      try await rig.client.send("PEXPIRE", key, 9000)
      let isRenewed = try await eventually {
        let isHeld = try await lease.hold { _ in false }
        #expect(isHeld)
        return try await rig.client.send("PTTL", key).int ?? 0 > 12_000
      }
      #expect(isRenewed)
      var other = ArchiveLease(client: rig.client, key: key, owner: "other", time: .seconds(15))
      let isOthers = try await other.hold { _ in false }
      #expect(!isOthers)
    }
  }

  @Test("Who ends while Redis is away, and so can't release its leases, is known to be gone")
  func endsWithoutRedis() async throws {
    try await ArchiveRig.with(config: ["appendonly yes", "appendfsync always"]) { rig in
      let (first, second) = (try rig.archiver(), try rig.archiver())
      let ids = try await rig.add(10)
      try await first.pass()
      rig.redis.kill()
      await first.engine.releaseAll()
      try await rig.redis.start()
      try await rig.client.waitUntilReady(timeout: .seconds(30))
      #expect(try await rig.client.send("EXISTS", rig.streams.keys.archiveLease(rig.partition)).int == 1)
      try await second.pass(sealing: true)
      #expect(second.progress.health.leases?.held == 1)
      #expect(try rig.archived() == ids)
    }
  }

  @Test("When the leases are gone with the stream one process takes both, and the other lets it")
  func goneWithTheStream() async throws {
    try await ArchiveRig.with { rig in
      let (first, second) = (try rig.archiver(), try rig.archiver())
      var ids = try await rig.add(10)
      try await first.pass(sealing: true)
      try await second.pass()
      #expect(second.progress.health.leases?.held == 0)
      try await rig.client.send("FLUSHALL")
      // The other asks for the lease again, as it does every ten seconds.
      let next = try rig.archiver()
      try await next.pass()
      let claim = next.progress.claim(rig.partition)
      #expect(claim != nil)
      ids += try await rig.add(10, from: Samples.start + 1000)
      try await first.pass(sealing: true)
      #expect(first.progress.health.leases?.held == 0)
      #expect(try rig.archived().count == 10)
      try await next.pass(sealing: true)
      #expect(next.progress.claim(rig.partition) == claim)
      #expect(try rig.archived() == ids)
    }
  }

  /// It may be killed right after it took the lease, and then only its file proves that it's gone.
  @Test("Who can't show that it lives takes no lease")
  func fileFirst() async throws {
    try await ArchiveRig.with { rig in
      try FileManager.default.createDirectory(atPath: rig.layout.root, withIntermediateDirectories: true)
      try Data("not a folder".utf8).write(to: URL(filePath: rig.layout.log))
      let ids = try await rig.add(10)
      let archiver = try rig.archiver()
      try await archiver.pass()
      #expect(archiver.progress.health.lastError != nil)
      #expect(archiver.progress.health.leases == nil, "neither archives nor stands by")
      #expect(try await rig.client.send("EXISTS", rig.streams.keys.archiveLease(rig.partition)).int == 0)

      try FileManager.default.removeItem(atPath: rig.layout.log)
      let isArchived = try await eventually {
        try await archiver.pass(sealing: true)
        return try rig.archived() == ids
      }
      #expect(isArchived)
      #expect(archiver.progress.health.lastError == nil)
    }
  }

  @Test("Many that were killed one after the other are still known to be gone")
  func manyDead() throws {
    let folder = try TemporaryFolder()
    let layout = ArchiveLayout(root: folder.path)
    for number in 0..<25 { _ = try OwnerFile("dead\(number)", layout) }
    let living = try OwnerFile("living", layout)
    #expect(try OwnerFile.isDead("dead0", layout))
    #expect(try !OwnerFile.isDead("living", layout))
    try living.remove()
  }
}
