@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Synchronization
import TestSupport
import Testing

/// What goes by age, and what keeps it from going.
@Suite struct RetentionTests {
  private static let day: UInt64 = 86_400_000

  /// Both clocks are the rig's, unless a test says otherwise.
  private static func configuration(_ rig: ArchiveRig) -> ArchiverConfiguration {
    var configuration = rig.configuration()
    configuration.keepDays = 2
    configuration.machineNow = { [now = rig.clock] in now.withLock { $0 } }
    return configuration
  }

  private static func move(_ rig: ArchiveRig, _ days: UInt64, _ milliseconds: Int64 = 0) {
    let time = Int64(Samples.start + days * day) + milliseconds
    rig.now.withLock { $0 = time }
    rig.clock.withLock { $0 = time }
  }

  @Test func whatIsOldGoesAndThePositionStays() async throws {
    try await ArchiveRig.with { rig in
      var ids: [StreamID] = []
      for number in 0..<5 { ids += try await rig.add(4, from: Samples.start + UInt64(number) * Self.day) }
      Self.move(rig, 4, -1000)
      let archiver = try rig.archiver(Self.configuration(rig))
      try await archiver.pass(sealing: true)
      await archiver.engine.releaseAll()
      // A day's at once.
      #expect(try rig.log.numbers() == [2, 3, 4, 5])
      for _ in 0..<2 { try await Self.runOnce(rig, Self.configuration(rig)) }
      #expect(try rig.archived() == Array(ids[8...]))
      #expect(try rig.log.numbers() == [3, 4, 5])
      #expect(try rig.verify().problems == [])
      #expect(try Folder.names(in: rig.layout.root).first == "date=2026-11-24")
      // Everything is old: the position survives.
      Self.move(rig, 100)
      for _ in 0..<3 { try await Self.runOnce(rig, Self.configuration(rig)) }
      #expect(try rig.archived() == [])
      let position = try rig.log.position { _ in }
      #expect(position == LogPosition(last: ids[19], number: 5))
      #expect(try rig.verify().problems == [])
      let more = try await rig.add(3, from: Samples.start + 100 * Self.day)
      try await rig.archiver(Self.configuration(rig)).pass(sealing: true)
      #expect(try rig.archived() == more)
      #expect(try rig.verify().problems == [])
    }
  }

  private static func runOnce(_ rig: ArchiveRig, _ configuration: ArchiverConfiguration) async throws {
    let archiver = try rig.archiver(configuration)
    try await archiver.pass()
    await archiver.engine.releaseAll()
  }

  /// A clock steps by a hundred days: of what is there a day goes, however many looks there are in the hour.
  @Test func aClockThatStepsDoesNotRemoveAll() async throws {
    try await ArchiveRig.with { rig in
      for number in 0..<10 { _ = try await rig.add(4, from: Samples.start + UInt64(number) * Self.day) }
      Self.move(rig, 10)
      let archiver = try rig.archiver(Self.configuration(rig))
      Self.move(rig, 110)
      for _ in 0..<5 { try await archiver.pass(sealing: true) }
      #expect(try rig.log.numbers() == Array(2...10))
    }
  }

  @Test(arguments: [-25, 25])
  func clocksThatDisagreeRemoveNothing(hours: Int64) async throws {
    try await ArchiveRig.with { rig in
      for number in 0..<5 { _ = try await rig.add(4, from: Samples.start + UInt64(number) * Self.day) }
      Self.move(rig, 50)
      rig.clock.withLock { $0 += hours * 3_600_000 }
      try await rig.archiver(Self.configuration(rig)).pass(sealing: true)
      #expect(try rig.log.numbers() == Array(1...5))
    }
  }

  @Test(arguments: [nil, 0, 1] as [UInt64?])
  func whatIsNotCountedStays(counted: UInt64?) async throws {
    try await ArchiveRig.with { rig in
      for number in 0..<5 { _ = try await rig.add(4, from: Samples.start + UInt64(number) * Self.day) }
      Self.move(rig, 50)
      var configuration = Self.configuration(rig)
      configuration.countedThrough = { _ in counted }
      for _ in 0..<3 { try await Self.runOnce(rig, configuration) }
      try await rig.archiver(configuration).pass(sealing: true)
      for _ in 0..<3 { try await Self.runOnce(rig, configuration) }
      #expect(try rig.log.numbers() == Array((counted ?? 0) + 1...5))
      #expect(try rig.verify().problems == [])
    }
  }
}
