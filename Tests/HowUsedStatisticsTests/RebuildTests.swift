import HowUsedArchive
import HowUsedModel
import HowUsedStore
import NIOCore
import Redis
import TestSupport
import Testing

@testable import HowUsedStatistics

@Suite struct RebuildTests {
  /// Moves what is in a partition's stream through `last` into a sealed segment, and out of the stream.
  static func seal(_ bench: StatisticsBench, _ partition: Partition, count: Int, layout: ArchiveLayout) async throws {
    let stream = bench.schema.events(partition)
    let entries = try await bench.client.send("XRANGE", stream, "-", "+", "COUNT", count).array ?? []
    guard !entries.isEmpty else { return }
    var builder = LineBatchBuilder()
    var last = StreamID.zero
    for entry in entries {
      let parts = try #require(entry.array)
      let id = try #require(parts[0].string.flatMap { StreamID($0) })
      let fragment = try #require(parts[1].array?[1].string)
      let own = fragment.hasPrefix("\"time\":")
      let time = own ? UTCTime.parse(String(fragment.dropFirst(8).prefix(24))) : Int64(id.milliseconds)
      let stamp = own ? "" : "\"time\":\"\(UTCTime.format(milliseconds: Int64(id.milliseconds)))\","
      let line = #"{"id":"\#(id)","partition":\#(partition.rawValue),\#(stamp)\#(fragment)}"#
      Array(line.utf8).withUnsafeBytes { builder.append($0, id: id, time: time ?? 0) }
      last = id
    }
    let log = PartitionLog(layout: layout, partition: partition)
    let writer = try log.openPart(after: try log.position { _ in }, compressor: try ZstdCompressor(level: 1))
    for batch in builder.finish() { try log.append(batch, to: writer) }
    try log.sync(writer)
    _ = try log.seal(writer)
    try await bench.client.send("SET", bench.schema.archivePosition(partition), last.description)
    try await bench.client.send("XTRIM", stream, "MINID", last.next.description)
  }

  private func rebuild(_ bench: StatisticsBench, _ layout: ArchiveLayout, only: BotID? = nil) async throws {
    for partition in bench.schema.partitions where only.map({ bench.schema.partition(of: $0) == partition }) ?? true {
      try await Rebuild(
        client: bench.client,
        schema: bench.schema,
        partition: partition,
        archive: layout,
        only: only
      ).run()
    }
  }

  @Test(arguments: [nil, Int64(2)]) func endsWithWhatWasThere(only: Int64?) async throws {
    let seed = UInt64.random(in: .min ... .max)
    let events = ExactlyOnceTests.events(4000, seed: seed)
    let folder = try TemporaryFolder()
    let layout = ArchiveLayout(root: folder.path + "/archive")
    try await StatisticsBench.with { bench in
      try await bench.add(events)
      try await bench.count()
      for partition in bench.schema.partitions {
        for _ in 0..<3 { try await Self.seal(bench, partition, count: 150, layout: layout) }
      }
      let before = try await StatisticsDump.read(bench)
      // What is wrong is put right, of that bot or of all.
      let bot = try #require(BotID(rawValue: 2))
      let keys = StatisticsKeys(bench.schema, bench.schema.partition(of: bot))
      let hour = Resolution.hour.bucket(at: WallClock.seconds) - 1
      try await bench.client.send(
        "HINCRBY",
        GenerationKeys(prefix: keys.generation(bot, 1)).users(.hour, hour),
        "t",
        7
      )
      try await rebuild(bench, layout, only: only.flatMap { BotID(rawValue: $0) })
      let after = try await StatisticsDump.read(bench)
      #expect(after == before, "seed \(seed): \(after.difference(from: before))")
      // Nothing of the old generation is left, and counting goes on.
      let old = try await StatisticsDump.keys(bench.client, prefix: keys.generation(bot, 1))
      #expect(old.isEmpty)
      let more = ExactlyOnceTests.events(50, seed: seed &+ 1).map { event in
        var event = event
        event.time = WallClock.seconds * 1000 + 10_000
        event.isBackfilled = false
        return event
      }
      try await bench.add(more)
      try await bench.count()
      let total = try await bench.answer(
        [("metric", "uses"), ("period", "3d"), ("divider", "24h"), ("type", "event")],
        bot: 2,
        now: WallClock.seconds + 20
      ).1.series[0].total
      #expect(total == Int64((events + more).count { $0.bot == 2 && $0.event != nil }))
    }
  }

  @Test func keepsUpWithLiveCounting() async throws {
    let seed = UInt64.random(in: .min ... .max)
    let events = ExactlyOnceTests.events(5000, seed: seed)
    let expected = try await ExactlyOnceTests.undisturbed(events)
    let folder = try TemporaryFolder()
    let layout = ArchiveLayout(root: folder.path + "/archive")
    try await StatisticsBench.with { bench in
      try await bench.add(Array(events[..<2000]))
      try await bench.count()
      for partition in bench.schema.partitions { try await Self.seal(bench, partition, count: 200, layout: layout) }
      let done = ExactlyOnceTests.Flag()
      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask { try await ExactlyOnceTests.countUntil(done, bench) }
        group.addTask {
          for _ in 0..<3 { try await rebuild(bench, layout) }
          return 0
        }
        for start in stride(from: 2000, to: 5000, by: 100) {
          try await bench.add(Array(events[start..<start + 100]))
        }
        _ = try await group.next()
        done.raise()
        while try await group.next() != nil {}
      }
      try await rebuild(bench, layout)
      let found = try await StatisticsDump.read(bench)
      #expect(found == expected, "seed \(seed): \(found.difference(from: expected))")
    }
  }

  @Test func refusesWithoutItsArchive() async throws {
    let folder = try TemporaryFolder()
    try await StatisticsBench.with { bench in
      let partition = bench.schema.partitions[0]
      try await bench.client.send("SET", bench.schema.archivePosition(partition), "5-0")
      await #expect(
        throws: RebuildError.archiveIsElsewhere(partition, sealedThrough: .init(milliseconds: 5, sequence: 0))
      ) {
        try await Rebuild(
          client: bench.client,
          schema: bench.schema,
          partition: partition,
          archive: ArchiveLayout(root: folder.path)
        ).run()
      }
    }
  }
}
