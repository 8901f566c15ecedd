import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import Synchronization
import TestSupport
import Testing

/// Crashes at every step of the commit order, and what they leave behind.
@Suite struct CrashTests {
  /// Counts down, then crashes once.
  final class Bomb: Sendable {
    private let left: Mutex<Int>
    let step: CommitStep
    private let error: any Error

    init(_ step: CommitStep, after: Int = 0, error: any Error = InjectedCrash()) {
      self.step = step
      left = Mutex(after)
      self.error = error
    }

    var hook: CommitHook {
      { step, _ in
        guard step == self.step else { return }
        let isNow = self.left.withLock { left in
          left -= 1
          return left == -1
        }
        if isNow { throw self.error }
      }
    }

    var hasExploded: Bool { left.withLock { $0 < 0 } }
  }

  private static func configuration(_ rig: ArchiveRig, _ hook: @escaping CommitHook) -> ArchiverConfiguration {
    var configuration = rig.configuration(hook: hook)
    configuration.maximumEvents = 50
    return configuration
  }

  /// Crashes at the step's n-th time, with trimming as far as it got; then another process finishes the work.
  @Test(arguments: CommitStep.allCases, 0..<3)
  func crashAtEachStep(step: CommitStep, after: Int) async throws {
    try await ArchiveRig.with { rig in
      let bomb = Bomb(step, after: after)
      var ids = try await rig.add(120)
      do {
        let archiver = try rig.archiver(Self.configuration(rig, bomb.hook))
        await #expect(throws: InjectedCrash.self) {
          for round in 0..<5 {
            try await archiver.pass(sealing: true)
            try await archiver.trimmer.pass()
            ids += try await rig.add(30, from: Samples.start + 1000 * UInt64(round + 1))
          }
        }
      }
      #expect(bomb.hasExploded)
      let more = try await rig.add(30, from: Samples.start + 10_000)
      let second = try rig.archiver()
      try await second.pass()
      try await second.trimmer.pass()
      try await second.pass(sealing: true)
      #expect(try rig.archived() == ids + more)
      #expect(try rig.verify().problems == [])
      #expect(try rig.log.parts() == [])
      try await second.trimmer.pass()
      #expect(try await rig.streams.length(rig.partition) == 0)
    }
  }

  /// Each process crashes, one after the other, at a step of its own.
  @Test func crashesInARow() async throws {
    try await ArchiveRig.with(partitions: 2) { rig in
      var ids: [StreamID] = []
      for (round, step) in (CommitStep.allCases + CommitStep.allCases.reversed()).enumerated() {
        ids += try await rig.add(60, from: Samples.start + 1000 * UInt64(round))
        let archiver = try rig.archiver(Self.configuration(rig, Bomb(step, after: round % 2).hook))
        do {
          try await archiver.pass(sealing: round % 3 == 0)
          try await archiver.trimmer.pass()
        } catch is InjectedCrash {}
      }
      let last = try rig.archiver()
      try await last.pass(sealing: true)
      #expect(try rig.archived() == ids)
      #expect(try rig.verify().problems == [])
      #expect(try rig.log.parts() == [])
    }
  }

  @Test func leftoverPartThatTheStreamHasIsDeleted() async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(70)
      try await rig.archiver().pass()
      let part = try #require(try rig.log.parts().first)
      let archiver = try rig.archiver()
      try await archiver.pass()
      #expect(try !rig.log.parts().contains(part))
      #expect(try rig.archived() == [])
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == ids)
    }
  }

  @Test func leftoverPartThatRedisLostIsArchived() async throws {
    try await ArchiveRig.with { rig in
      let sealed = try await rig.add(30)
      let first = try rig.archiver()
      try await first.pass(sealing: true)
      let lost = try await rig.add(70, from: Samples.start + 1000)
      try await first.pass()
      await first.engine.releaseAll()
      // Torn at its end, as a crash leaves it: the events of whole frames count.
      let part = try #require(try rig.log.parts().first)
      let handle = try FileHandle(forUpdating: URL(filePath: part))
      try handle.truncate(atOffset: UInt64(try Folder.status(of: part)?.size ?? 0) - 10)
      try handle.close()
      try await rig.redis.restart()
      try await rig.client.waitUntilReady(timeout: .seconds(30))
      #expect(try await rig.streams.length(rig.partition) == 0)
      let later = try await rig.add(5, from: Samples.start + 5000)
      let archiver = try rig.archiver()
      try await archiver.pass(sealing: true)
      // Four frames of 20, 20, 20 and 10; the last one is torn.
      #expect(try rig.archived() == sealed + lost[..<60] + later)
      #expect(try rig.verify().problems == [])
      #expect(try rig.log.parts() == [])
    }
  }

  /// Redis loses its tail while the archiver runs, and new events come before it notices.
  @Test func redisLosesItsTailUnderARunningArchiver() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      let ids = try await rig.add(70)
      try await archiver.pass()
      try await rig.redis.restart()
      try await rig.client.waitUntilReady(timeout: .seconds(30))
      // The first half is still there; of the second one new events take the place, in between and after.
      _ = try await rig.add(35)
      let between = StreamID(milliseconds: ids[40].milliseconds, sequence: 7)
      let fragment = #""botId":1,"userId":2,"event":"abc""#
      try await rig.add(fragment, id: between.description)
      let later = try await rig.add(5, from: Samples.start + 1000)
      try await archiver.pass()
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == ids[...40] + [between] + ids[41...] + later)
      #expect(try rig.verify().problems == [])
      #expect(try await rig.streams.lastGeneratedID(rig.partition) == later.last)
    }
  }

  @Test func damagedNewestSegmentIsMadeAgain() async throws {
    for truncate in [true, false] {
      try await ArchiveRig.with { rig in
        var configuration = rig.configuration()
        configuration.maximumEvents = 40
        let ids = try await rig.add(120)
        try await rig.archiver(configuration).pass(sealing: true)
        #expect(try rig.log.numbers() == [1, 2, 3])
        let path = rig.layout.segment(3, rig.partition)
        let handle = try FileHandle(forUpdating: URL(filePath: path))
        if truncate {
          try handle.truncate(atOffset: 100)
        } else {
          try handle.seek(toOffset: 60)
          try handle.write(contentsOf: Data([0x55]))
        }
        try handle.close()
        // Not trimmed yet: the stream has it all.
        let archiver = try rig.archiver(configuration)
        try await archiver.pass(sealing: true)
        #expect(try rig.archived() == ids)
        #expect(archiver.progress.health.damagedSegments == 1)
        #expect(try rig.log.damaged().count == 1)
        #expect(try rig.verify().problems.map(\.reason) == ["was set aside as damaged"])
        #expect(try Folder.names(in: rig.layout.dateFolder("2026-11-22")).count == 3)
        try Folder.unlink(try rig.log.damaged()[0])
        #expect(try rig.verify().isSound)
      }
    }
  }

  /// Trimmed already: what is whole in the damaged segment is kept.
  @Test func damagedNewestSegmentIsSalvaged() async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(60)
      let first = try rig.archiver()
      try await first.pass(sealing: true)
      try await first.trimmer.pass()
      await first.engine.releaseAll()
      #expect(try await rig.streams.length(rig.partition) == 0)
      let path = rig.layout.segment(1, rig.partition)
      var reader = try SegmentReader.segment(path)
      _ = try reader.next()
      let second = try #require(try reader.next())
      let handle = try FileHandle(forUpdating: URL(filePath: path))
      try handle.seek(toOffset: UInt64(second.offset + 40))
      try handle.write(contentsOf: Data([0x55, 0xAA]))
      try handle.close()
      try await rig.archiver().pass(sealing: true)
      #expect(try rig.archived() == Array(ids[..<20] + ids[40...]))
      #expect(try !rig.verify().isSound)
    }
  }

  /// The file is never synced again: its range is read from Redis anew.
  @Test(arguments: [CommitStep.willSyncBatch, .willSyncSegment])
  func failedSyncAbandonsTheFile(step: CommitStep) async throws {
    try await ArchiveRig.with { rig in
      let failure = FileError(.sync, path: "part", code: EIO)
      let bomb = Bomb(step, after: 1, error: failure)
      let archiver = try rig.archiver(Self.configuration(rig, bomb.hook))
      let ids = try await rig.add(120)
      let first = try await eventually {
        try await archiver.pass(sealing: true)
        return bomb.hasExploded
      }
      #expect(first)
      #expect(archiver.progress.health.lastError?.contains("sync of part failed") == true)
      let all = try await eventually {
        try await archiver.pass(sealing: true)
        return try rig.archived() == ids
      }
      #expect(all)
      #expect(archiver.progress.health.lastError == nil)
      #expect(try rig.verify().problems == [])
      #expect(try rig.log.parts() == [])
    }
  }

  /// A page of two days: the first one's batch is in the part already when the second one's finds no room.
  @Test(arguments: [(CommitStep.willWriteBatch, 1), (.willSyncBatch, 0), (.willWriteBatch, 0)])
  func fullDiskInTheMiddleOfAPage(step: CommitStep, after: Int) async throws {
    try await ArchiveRig.with { rig in
      let operation: FileError.Operation = step == .willSyncBatch ? .sync : .write
      let bomb = Bomb(step, after: after, error: FileError(operation, path: "part", code: ENOSPC))
      let archiver = try rig.archiver(Self.configuration(rig, bomb.hook))
      let midnight: UInt64 = 1_795_392_000_000
      let ids = try await rig.add(10, from: midnight - 5)
      try await archiver.pass()
      #expect(archiver.progress.health.isWaitingForDisk)
      let isWhole = try await eventually {
        try await archiver.pass(sealing: true)
        return try rig.archived() == ids
      }
      #expect(isWhole)
      #expect(archiver.progress.health.lastError == nil)
      #expect(try rig.verify().problems == [])
      #expect(try rig.log.parts() == [])
    }
  }

  /// Two processes that both believe to hold every lease.
  @Test func twoArchiversOnOneFolder() async throws {
    try await ArchiveRig.with { rig in
      var ids: [StreamID] = []
      let one = try rig.archiver(Self.configuration(rig, { _, _ in }))
      let two = try rig.archiver(Self.configuration(rig, { _, _ in }))
      for round in 0..<12 {
        ids += try await rig.add(70, from: Samples.start + 1000 * UInt64(round))
        _ = try await rig.client.send("DEL", rig.streams.keys.archiveLease(rig.partition))
        async let first: Void = one.pass(sealing: round % 3 == 0)
        async let second: Void = two.pass(sealing: round % 2 == 0)
        _ = try await (first, second)
        try await one.trimmer.pass()
        try await two.trimmer.pass()
      }
      await one.engine.releaseAll()
      await two.engine.releaseAll()
      let last = try rig.archiver()
      try await last.pass(sealing: true)
      #expect(try rig.archived() == ids)
      #expect(try rig.verify().problems == [])
    }
  }

  /// A lease keeps the second one out, until the first one is gone.
  @Test func leaseDecidesWhoTries() async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(10)
      let second = try rig.archiver()
      do {
        let first = try rig.archiver()
        try await first.pass()
        try await second.pass(sealing: true)
        #expect(try rig.archived() == [])
        #expect(second.progress.health.leases?.held == 0)
        #expect(second.progress.sealed(rig.partition) == nil)
        try await first.pass()
      }
      // It died without releasing anything: its lease is not waited for.
      let third = try rig.archiver()
      try await third.pass(sealing: true)
      #expect(try rig.archived() == ids)
    }
  }
}
