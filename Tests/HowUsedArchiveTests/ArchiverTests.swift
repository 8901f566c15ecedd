import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import Synchronization
import TestSupport
import Testing

@Suite struct ArchiverTests {
  @Test func eventsBecomeLines() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      try await rig.add(#""botId":1,"userId":-2,"event":"/start""#, id: "1795341600123-4")
      let backfilled = #""time":"2026-11-20T01:02:03.456Z","botId":1,"userId":3,"event":"late","param_2":"x""#
      try await rig.add(backfilled, id: "1795341600999-0")
      try await rig.add(#""type":"update","botId":1,"userId":5"#, id: "1795341601000-0")
      try await archiver.pass(sealing: true)
      var reader = try SegmentReader.segment(rig.layout.segment(1, rig.partition))
      let lines = try #require(try reader.next()).lines
      #expect(
        String(decoding: lines, as: UTF8.self) == """
          {"id":"1795341600123-4","partition":0,"time":"2026-11-22T10:00:00.123Z","botId":1,"userId":-2,"event":"/start"}
          {"id":"1795341600999-0","partition":0,"time":"2026-11-20T01:02:03.456Z","botId":1,"userId":3,"event":"late","param_2":"x"}
          {"id":"1795341601000-0","partition":0,"time":"2026-11-22T10:00:01.000Z","type":"update","botId":1,"userId":5}

          """
      )
      #expect(reader.footer?.minTime == UTCTime.parse("2026-11-20T01:02:03.456Z"))
      #expect(reader.footer?.maxTime == 1_795_341_601_000)
      #expect(try rig.verify().problems == [])
      let position = try await rig.client.send("GET", rig.streams.keys.archivePosition(rig.partition))
      #expect(position.string == "1795341601000-0")
    }
  }

  @Test func passesContinueWhereTheLastOneEnded() async throws {
    try await ArchiveRig.with(partitions: 3) { rig in
      let archiver = try rig.archiver()
      var ids: [StreamID] = []
      for round in 0..<5 {
        ids += try await rig.add(50, from: Samples.start + UInt64(round) * 100)
        try await archiver.pass()
        // Nothing new: nothing happens.
        try await archiver.pass()
      }
      #expect(try rig.archived() == [])
      #expect(try rig.log.parts().count == 1)
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == ids)
      #expect(try rig.log.parts() == [])
      #expect(try rig.verify().problems == [])
      #expect(archiver.progress.health.archivedEvents == 250)
      #expect(archiver.progress.health.lastError == nil)
      #expect(archiver.progress.health.leases?.held == 3)
    }
  }

  @Test func segmentsAreSealedBySizeAndAge() async throws {
    try await ArchiveRig.with { rig in
      var configuration = rig.configuration()
      configuration.maximumEvents = 60
      let archiver = try rig.archiver(configuration)
      let ids = try await rig.add(200)
      try await archiver.pass()
      #expect(try rig.archived() == Array(ids[..<180]))
      #expect(try rig.log.numbers() == [1, 2, 3])
      configuration.interval = .zero
      let impatient = try rig.archiver(configuration)
      await archiver.engine.releaseAll()
      try await impatient.pass()
      #expect(try rig.archived() == ids)
      #expect(try rig.verify().problems == [])
    }
  }

  @Test("While more than a segment waits the partition is behind, until its end is reached or something fails")
  func behind() async throws {
    try await ArchiveRig.with { rig in
      let seen = Mutex((progress: ArchiveProgress?.none, behind: [Bool](), fails: false))
      var configuration = rig.configuration { step, partition in
        guard step == .batchSynced else { return }
        let fails = seen.withLock { seen in
          seen.behind.append(seen.progress?.isBehind(partition) ?? false)
          return seen.fails && seen.behind.count == 5
        }
        if fails { throw FileError(.sync, path: "part", code: EIO) }
      }
      configuration.maximumEvents = 60
      let archiver = try rig.archiver(configuration)
      seen.withLock { $0.progress = archiver.progress }
      func pass() async throws -> [Bool] {
        seen.withLock { $0.behind = [] }
        try await archiver.pass()
        return seen.withLock { $0.behind }
      }

      // Pages of 20; whether there is more behind the last one isn't known before the next look.
      var ids = try await rig.add(200)
      #expect(try await pass() == [false, false, false] + Array(repeating: true, count: 7))
      #expect(!archiver.progress.isBehind(rig.partition))
      ids += try await rig.add(50, from: Samples.start + 1000)
      #expect(try await pass() == [false, false, false])

      seen.withLock { $0.fails = true }
      ids += try await rig.add(200, from: Samples.start + 2000)
      #expect(try await pass() == [false, false, false, true, true])
      #expect(!archiver.progress.isBehind(rig.partition))
      seen.withLock { $0.fails = false }
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == ids)
    }
  }

  @Test func segmentsAreSealedByRawBytes() async throws {
    try await ArchiveRig.with { rig in
      var configuration = rig.configuration()
      configuration.maximumRawBytes = 5000
      let archiver = try rig.archiver(configuration)
      let ids = try await rig.add(200)
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == ids)
      #expect(try rig.log.numbers().count > 3)
      for number in try rig.log.numbers() {
        #expect(try SegmentFooter.read(rig.layout.segment(number, rig.partition))?.rawBytes ?? 0 <= 5000)
      }
    }
  }

  /// A segment belongs to one date: that of its ids.
  @Test func theEndOfADayEndsTheSegment() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      // 2026-11-23T00:00:00Z.
      let midnight: UInt64 = 1_795_392_000_000
      let before = try await rig.add(5, from: midnight - 5)
      rig.now.withLock { $0 = Int64(midnight) - 1 }
      try await archiver.pass()
      #expect(try rig.archived() == [])
      // The day is over though nothing came since.
      rig.now.withLock { $0 = Int64(midnight) + 2500 }
      try await archiver.pass()
      #expect(try rig.archived() == before)
      // One page over three days.
      let later = try await rig.add(5, from: midnight + 86_400_000 - 2) + rig.add(2, from: midnight + 2 * 86_400_000)
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == before + later)
      #expect(
        try Folder.names(in: rig.layout.root) == [
          "date=2026-11-22", "date=2026-11-23", "date=2026-11-24", "date=2026-11-25", "log", "manifest.json",
        ]
      )
      #expect(try Folder.names(in: rig.layout.dateFolder("2026-11-24")) == ["p00-0000000000000003.ndjson.zst"])
      #expect(try rig.verify().problems == [])
    }
  }

  @Test func foreignEntriesAreToldAndPassedOver() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      let ids = try await rig.add(3)
      _ = try await rig.client.send("XADD", rig.key, "1795341700000-0", "foo", "bar")
      try await rig.add("not\nours", id: "1795341700001-0")
      _ = try await rig.client.send(
        "XADD",
        rig.key,
        "1795341700002-0",
        "e",
        #""botId":1,"userId":2,"event":"abc""#,
        "x",
        "y"
      )
      try await archiver.pass(sealing: true)
      try await archiver.pass(sealing: true)
      #expect(archiver.progress.health.foreignEntries == 3)
      let more = try await rig.add(2, from: 1_795_341_800_000)
      try await archiver.pass(sealing: true)
      #expect(try rig.archived() == ids + more)
      #expect(try rig.verify().problems == [])
    }
  }

  @Test func aStreamBehindTheFilesIsSetForward() async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(10)
      try await rig.archiver().pass(sealing: true)
      _ = try await rig.client.send("FLUSHALL")
      try await rig.archiver().pass()
      #expect(try await rig.streams.lastGeneratedID(rig.partition) == ids[9])
      await #expect(throws: RedisServerError.self) { try await rig.add(1) }
      // A stream that is there, but behind.
      _ = try await rig.client.send("DEL", rig.key)
      _ = try await rig.add(3)
      let archiver = try rig.archiver()
      try await archiver.pass(sealing: true)
      #expect(try await rig.streams.lastGeneratedID(rig.partition) == ids[9])
      #expect(try rig.archived() == ids)
    }
  }
}
