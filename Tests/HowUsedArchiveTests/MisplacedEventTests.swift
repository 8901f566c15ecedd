@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// Ids that go back: each event that was acknowledged with one is archived once, with its time.
@Suite struct MisplacedEventTests {
  /// Everything is sealed and trimmed, or not trimmed yet.
  private func archive(_ rig: ArchiveRig, trimming: Bool, _ count: Int = 30) async throws -> TestArchiver {
    let archiver = try rig.archiver()
    try await rig.add(count)
    try await archiver.pass(sealing: true)
    if trimming { try await archiver.trimmer.pass() }
    return archiver
  }

  /// The times and users of all archived lines, sorted.
  private func lines(_ rig: ArchiveRig) throws -> [String] {
    var found: [String] = []
    for number in try rig.log.numbers() {
      var reader = try SegmentReader.segment(rig.layout.segment(number, rig.partition))
      while let frame = try reader.next() {
        frame.lines.withUnsafeBytes { lines in
          ArchiveLine.forEach(in: lines) { line in
            guard let parsed = ArchiveLine(line) else { return }
            let fragment = UnsafeRawBufferPointer(rebasing: line[parsed.rest..<line.count - 1])
            found.append("\(parsed.time) \(ArchivedEvent(fragment: fragment)?.userID.rawValue ?? -1)")
          }
        }
      }
    }
    return found.sorted()
  }

  private func expected(_ milliseconds: some Sequence<UInt64>) -> [String] {
    milliseconds.map { "\(Samples.start + $0) \(Samples.start + $0)" }.sorted()
  }

  private static func events(_ entries: StreamEntries) -> [MisplacedEvent] {
    var events: [MisplacedEvent] = []
    _ = entries.forEach { entry in
      if let event = MisplacedEvent(entry) { events.append(event) }
      return true
    }
    return events
  }

  @Test("A stream that is deleted while the clock is behind: what came then is archived once, with its time")
  func deletedStream() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try await archive(rig, trimming: true)
      try await rig.client.send("DEL", rig.key)
      // Before and among what was archived, and at the same id.
      try await rig.add(5, from: Samples.start - 100)
      try await rig.add(1, from: Samples.start + 20)
      let fragment = #""botId":1234567,"userId":77,"event":"/start""#
      try await rig.client.send("XADD", rig.key, "\(Samples.start + 29)-0", "e", fragment)
      // Whoever trims before the archiver has looked must not take them away.
      try await archiver.trimmer.pass()
      for _ in 0..<3 {
        try await archiver.pass(sealing: true)
        try await archiver.trimmer.pass()
      }
      let early = (0..<UInt64(5)).map { "\(Samples.start - 100 + $0) \(Samples.start - 100 + $0)" }
      #expect(try lines(rig) == (expected(0..<30) + early + ["\(Samples.start + 29) 77"]).sorted())
      #expect(try await rig.streams.length(rig.partition) == 0)
      #expect(try rig.verify().problems == [])
    }
  }

  @Test("A stream that is deleted before its events are sealed: those of the open file and those that came then")
  func deletedBeforeSealing() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try await archive(rig, trimming: true, 10)
      try await rig.add(30, from: Samples.start + 1000)
      try await archiver.pass()
      try await rig.client.send("DEL", rig.key)
      // Before all, before and among those of the open file, at an id of theirs, and behind them.
      try await rig.add(3, from: Samples.start - 100)
      try await rig.add(3, from: Samples.start + 500)
      let fragment = #""botId":1234567,"userId":77,"event":"/start""#
      try await rig.client.send("XADD", rig.key, "\(Samples.start + 1003)-0", "e", fragment)
      try await rig.client.send("XADD", rig.key, "\(Samples.start + 1003)-5", "e", fragment)
      try await rig.add(3, from: Samples.start + 1500)
      try await archiver.trimmer.pass()
      for _ in 0..<3 {
        try await archiver.pass(sealing: true)
        try await archiver.trimmer.pass()
      }
      let times: [UInt64] = [UInt64](0..<10) + (1000..<1030) + (500..<503) + (1500..<1503)
      let early = (0..<UInt64(3)).map { "\(Samples.start - 100 + $0) \(Samples.start - 100 + $0)" }
      let same = Array(repeating: "\(Samples.start + 1003) 77", count: 2)
      #expect(try lines(rig) == (expected(times) + early + same).sorted())
      #expect(try await rig.streams.length(rig.partition) == 0)
      #expect(try rig.verify().problems == [])
    }
  }

  @Test("Deleted and filled anew beyond its old end between two looks: it's found out all the same")
  func deletedAndFilled() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try await archive(rig, trimming: true)
      try await rig.client.send("DEL", rig.key)
      try await rig.add(40, from: Samples.start - 100)
      try await rig.add(5, from: Samples.start + 1000)
      try await archiver.trimmer.pass()
      try await archiver.pass(sealing: true)
      try await archiver.trimmer.pass()
      #expect(try rig.archived().count == 75)
      let early = (0..<UInt64(40)).map { "\(Samples.start - 100 + $0) \(Samples.start - 100 + $0)" }
      #expect(try lines(rig) == (expected([UInt64](0..<30) + [UInt64](1000..<1005)) + early).sorted())
    }
  }

  @Test("What is archived and not trimmed yet is not taken for misplaced")
  func untrimmed() async throws {
    try await ArchiveRig.with { rig in
      _ = try await archive(rig, trimming: false, 1300)
      let next = try rig.archiver()
      try await rig.client.send("DEL", rig.streams.keys.archiveLease(rig.partition))
      try await next.pass(sealing: true)
      try await next.trimmer.pass()
      #expect(try lines(rig) == expected(0..<1300))
      #expect(try await rig.streams.length(rig.partition) == 0)
    }
  }

  @Test("A bot that was purged is not archived again from what isn't trimmed yet")
  func purged() async throws {
    try await ArchiveRig.with { rig in
      _ = try await archive(rig, trimming: false)
      let bot = try #require(BotID(rawValue: 1_234_567))
      #expect(try ArchivePurger(layout: rig.layout).remove(bot, rig.partition).events == 30)
      let next = try rig.archiver()
      try await rig.client.send("DEL", rig.streams.keys.archiveLease(rig.partition))
      try await next.pass(sealing: true)
      #expect(try lines(rig).isEmpty)
    }
  }

  @Test("After a failover an id is given out twice: what the open file has and what the stream has are both archived")
  func sameID() async throws {
    try await ArchiveRig.with { rig in
      let first = try rig.archiver()
      try await rig.add(30)
      try await first.pass()
      #expect(try rig.archived().isEmpty)
      // As an older copy of the stream would be, with other events after its end.
      for number in 20..<30 {
        try await rig.client.send("XDEL", rig.key, "\(Samples.start + UInt64(number))-0")
      }
      try await rig.client.send("DEL", rig.streams.keys.archiveLease(rig.partition))
      let copy = "\(rig.key):copy"
      try await rig.client.send("RENAME", rig.key, copy)
      for number in 0..<20 {
        let fragment = #""botId":1234567,"userId":\#(Samples.start + UInt64(number)),"event":"/start""#
        try await rig.client.send("XADD", rig.key, "\(Samples.start + UInt64(number))-0", "e", fragment)
      }
      for number in 20..<25 {
        let fragment = #""botId":1234567,"userId":\#(number),"event":"/start""#
        try await rig.client.send("XADD", rig.key, "\(Samples.start + UInt64(number))-0", "e", fragment)
      }
      let second = try rig.archiver()
      try await second.pass(sealing: true)
      try await second.pass(sealing: true)
      let others = (20..<25).map { "\(Samples.start + UInt64($0)) \($0)" }
      #expect(try lines(rig) == (expected(0..<30) + others).sorted())
      #expect(try rig.verify().problems == [])
    }
  }

  @Test("A move that was carried out is not carried out again; a fragment that changed is left alone")
  func moves() async throws {
    try await ArchiveRig.with { rig in
      try await rig.add(3)
      let entries = try await rig.streams.entries(rig.partition, after: .zero, through: .max)
      let events = Self.events(entries)
      #expect(try await rig.streams.move(Array(events[..<2]), rig.partition) == 2)
      #expect(try await rig.streams.move(events, rig.partition) == 1)
      #expect(try await rig.streams.move(events, rig.partition) == 0)
      let page = try await rig.streams.page(rig.partition, after: .zero, count: 50)
      #expect(page.count == 3 && page.foreign.isEmpty)
      #expect(page.batches.first?.minTime == Int64(Samples.start))
    }
  }

  @Test("Above maxmemory a stream is set forward and marked, events are moved and the stream is trimmed")
  func withoutMemory() async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(5)
      let entries = try await rig.streams.entries(rig.partition, after: .zero, through: .max)
      let runID = try await rig.streams.runID()
      try await rig.client.send("CONFIG", "SET", "maxmemory", 1)
      let claim = StreamClaim(name: "a", runID: runID)
      #expect(try await rig.streams.claim(rig.partition, claim, through: ids[4].next))
      #expect(try await rig.streams.isClaimed(rig.partition, claim, through: ids[4].next))
      #expect(try await rig.streams.move(Self.events(entries), rig.partition) == 5)
      let script = StreamScripts(rig.streams.keys, rig.partition)
      for other in [StreamClaim(name: "b", runID: runID), StreamClaim(name: "a", runID: "other")] {
        #expect(try await rig.client.send(script.trim(before: .max, claim: other, count: 0)).int == -1)
      }
      #expect(try await rig.client.send(script.trim(before: .max, claim: claim, count: 0)).int == 5)
    }
  }

  @Test("Setting forward never sets back, and works where there is no stream", arguments: ["", "5-0", "100-7"])
  func forward(existing: String) async throws {
    try await ArchiveRig.with { rig in
      if !existing.isEmpty { try await rig.client.send("XADD", rig.key, existing, "e", "x") }
      let script = StreamScripts(rig.streams.keys, rig.partition)
      for (to, expected) in [("0-0", existing), ("20-3", "20-3"), ("100-6", "100-6"), ("9-9", "100-6")] {
        let id = try #require(StreamID(to))
        let reply = StreamScripts.Forwarded(try await rig.client.send(script.forward(to: id)))
        let wanted = max(StreamID(expected) ?? .zero, StreamID(existing) ?? .zero)
        #expect(reply?.after == wanted, "\(to)")
        if wanted > .zero { #expect(try await rig.streams.lastGeneratedID(rig.partition) == wanted) }
      }
      #expect(try await rig.streams.length(rig.partition) == (existing.isEmpty ? 0 : 1))
    }
  }
}
