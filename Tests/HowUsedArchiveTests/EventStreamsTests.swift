@testable import HowUsedArchive
import HowUsedModel
import Redis
import Testing

/// Pages that are read in several pieces.
@Suite struct EventStreamsTests {
  /// Milliseconds of a UTC day.
  private static let day: UInt64 = 86_400_000

  @Test func largePagesAreWholeAndInOrder() async throws {
    try await ArchiveRig.with { rig in
      // Midnight is within the second piece.
      let midnight = (Samples.start / Self.day + 1) * Self.day
      let added = try await rig.add(1700, from: midnight - 700)
      let all = try await rig.streams.page(rig.partition, after: .zero, count: 5000)
      #expect(all.ids == added)
      #expect(all.entries == 1700)
      #expect(all.last == added.last)
      #expect(all.batches.map(\.count) == [700, 1000])
      #expect(all.batches.map(\.first) == [added[0], added[700]])
      #expect(all.batches.map(\.last) == [added[699], added[1699]])
      #expect(all.batches[1].minTime == Int64(midnight))
      #expect(all.batches[1].maxTime == Int64(midnight) + 999)
      // A multiple of a piece, a part of one, and up to an id.
      for count in [500, 1000, 1203] {
        let page = try await rig.streams.page(rig.partition, after: added[99], count: count)
        #expect(page.ids == Array(added[100..<100 + count]))
      }
      let until = try await rig.streams.page(rig.partition, after: .zero, through: added[1099], count: 5000)
      #expect(until.ids == Array(added[...1099]))
    }
  }

  @Test func trimmingInPiecesTakesAll() async throws {
    try await ArchiveRig.with { rig in
      try await rig.client.send("CONFIG", "SET", "stream-node-max-entries", 64)
      let added = try await rig.add(3000)
      let archiver = try rig.archiver()
      try await archiver.pass(sealing: true)
      let more = try await rig.add(10, from: Samples.start + 10_000)
      try await archiver.trimmer.pass()
      #expect(try await rig.streams.page(rig.partition, after: .zero, count: 50).ids == more)
      #expect(try rig.archived() == added)
    }
  }
}
