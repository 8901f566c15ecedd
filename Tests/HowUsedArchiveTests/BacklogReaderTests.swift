@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

@Suite struct BacklogReaderTests {
  @Test func everythingNothingAndSomeOfIt() async throws {
    try await ArchiveRig.with(partitions: 3) { rig in
      let reader = Self.reader(rig)
      let partitions = rig.streams.keys.partitions
      #expect(try await Self.total(reader, [:]) == StreamBacklog(), "there are no streams yet")
      let now = try await Self.now(rig)
      let ids = try await rig.add(2000, from: UInt64(now) - 60_000)
      let others = try await rig.add(30, from: UInt64(now) - 10_000, partition: partitions[2])

      var backlogs = try await reader.read([:])
      #expect(backlogs[partitions[0]]?.entries == 2000)
      #expect(backlogs[partitions[1]] == StreamBacklog())
      #expect(backlogs[partitions[2]]?.entries == 30)
      #expect((60_000...65_000).contains(backlogs[partitions[0]]?.ageMilliseconds ?? 0))
      #expect((10_000...15_000).contains(backlogs[partitions[2]]?.ageMilliseconds ?? 0))
      #expect(StreamBacklog(backlogs.values).entries == 2030)
      #expect((60_000...65_000).contains(StreamBacklog(backlogs.values).ageMilliseconds))

      // In the middle; and at the end, with nothing of it in the stream any more.
      backlogs = try await reader.read([partitions[0]: ids[1499], partitions[2]: others[29]])
      #expect(abs((backlogs[partitions[0]]?.entries ?? 0) - 500) <= 1)
      #expect((58_500...63_500).contains(backlogs[partitions[0]]?.ageMilliseconds ?? 0))
      #expect(backlogs[partitions[2]] == StreamBacklog())
      try await rig.client.send("XTRIM", rig.key, "MAXLEN", 500)
      #expect(try await reader.read([partitions[0]: ids[1499]])[partitions[0]]?.entries == 500)
      try await rig.client.send("XTRIM", rig.key, "MAXLEN", 0)
      #expect(try await reader.read([partitions[0]: ids[1999]])[partitions[0]] == StreamBacklog())
    }
  }

  @Test("What is ahead of Redis's time has no age below zero, and gets older while it waits")
  func future() async throws {
    try await ArchiveRig.with { rig in
      let reader = Self.reader(rig)
      let ids = try await rig.add(5, from: UInt64(try await Self.now(rig)) + 100_000)
      #expect((0...5000).contains(try await Self.total(reader, [:]).ageMilliseconds))
      try await Task.sleep(for: .milliseconds(300))
      _ = try await rig.add(5, from: UInt64(try await Self.now(rig)) + 200_000)
      let backlog = try await Self.total(reader, [:])
      #expect(backlog.entries == 10 && backlog.ageMilliseconds >= 300)
      // The younger ones were seen only now.
      let younger = try await Self.total(reader, [rig.partition: ids[4]])
      #expect(younger.entries == 5 && younger.ageMilliseconds <= backlog.ageMilliseconds - 300)
    }
  }

  @Test("A stream that was deleted, or whose id was set, is counted anew")
  func startsOver() async throws {
    try await ArchiveRig.with { rig in
      let reader = Self.reader(rig)
      let ids = try await rig.add(1000)
      #expect(try await Self.total(reader, [rig.partition: ids[499]]).entries > 400)
      try await rig.client.send("DEL", rig.key)
      #expect(try await Self.total(reader, [rig.partition: ids[499]]) == StreamBacklog())
      // Set forward by the archive, so that nothing sorts before what it has.
      #expect(try await rig.streams.claim(rig.partition, StreamClaim(name: "a", runID: "b"), through: ids[999]))
      #expect(try await Self.total(reader, [rig.partition: ids[999]]) == StreamBacklog())
      let later = try await rig.add(40, from: Samples.start + 5000)
      #expect(try await Self.total(reader, [rig.partition: ids[999]]).entries == 40)
      #expect(try await Self.total(reader, [rig.partition: later[9]]).entries == 30)
      // Deleted and filled between two looks.
      try await rig.client.send("DEL", rig.key)
      let other = try await rig.add(20, from: Samples.start + 9000)
      #expect(try await Self.total(reader, [rig.partition: later[9]]).entries == 20)
      #expect(abs(try await Self.total(reader, [rig.partition: other[9]]).entries - 10) <= 1)
      try await rig.client.send("XSETID", rig.key, "\(Samples.start + 20_000)-0")
      #expect(abs(try await Self.total(reader, [rig.partition: other[9]]).entries - 10) <= 1)
      #expect(try await Self.total(reader, [rig.partition: other[19]]) == StreamBacklog())
    }
  }

  @Test("Redis's errors are no backlog of 0")
  func errors() async throws {
    try await ArchiveRig.with { rig in
      let reader = Self.reader(rig)
      try await rig.client.send("SET", rig.key, "x")
      await #expect(throws: RedisServerError.self) { try await reader.read([:]) }
      rig.redis.kill()
      await #expect(throws: RedisClientError.self) { try await reader.read([:]) }
      try await rig.redis.start()
      try await rig.client.waitUntilReady(timeout: .seconds(30))
      #expect(try await Self.total(reader, [:]) == StreamBacklog())
    }
  }

  @Test("The furthest of several positions counts, and what is no position doesn't")
  func storedPositions() async throws {
    try await ArchiveRig.with(partitions: 4) { rig in
      let partitions = rig.streams.keys.partitions
      let keys = rig.streams.keys
      let progress = ArchiveProgress()
      #expect(try await progress.read(rig.client, keys) == [:])
      try await rig.client.send("SET", keys.archiveCursor(partitions[0]), "7-1")
      try await rig.client.send("SET", keys.archivePosition(partitions[0]), "6-9")
      try await rig.client.send("SET", keys.archivePosition(partitions[2]), "5-0")
      try await rig.client.send("SET", keys.archiveCursor(partitions[3]), "nonsense")
      #expect(
        try await progress.read(rig.client, keys) == [
          partitions[0]: StreamID(milliseconds: 7, sequence: 1), partitions[2]: StreamID(milliseconds: 5),
        ]
      )
      try await rig.client.send("RPUSH", keys.archiveCursor(partitions[1]), "x")
      await #expect(throws: RedisServerError.self) { try await progress.read(rig.client, keys) }
    }
  }

  private static func reader(_ rig: ArchiveRig) -> BacklogReader {
    BacklogReader(client: rig.client, keys: rig.streams.keys)
  }

  private static func total(_ reader: BacklogReader, _ positions: [Partition: StreamID]) async throws -> StreamBacklog {
    StreamBacklog(try await reader.read(positions).values)
  }

  private static func now(_ rig: ArchiveRig) async throws -> Int64 {
    (try await rig.client.send("TIME").array?.first?.int ?? 0) * 1000
  }
}
