import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Synchronization
import TestSupport
import Testing

/// `verify` beside those who remove and rewrite segments: nothing that is right is called wrong.
@Suite struct VerifyMeanwhileTests {
  private static let later = Int64(Samples.start) + 3 * 86_400_000

  private func segments(_ count: Int) throws -> SampleArchive {
    let archive = try SampleArchive()
    for number in 0..<count { try archive.seal(Samples.ids(20, from: Samples.start + UInt64(number) * 1000)) }
    return archive
  }

  private func verify(_ archive: SampleArchive, at number: Int, _ body: () throws -> Void) throws -> [SegmentDamage] {
    var failure: (any Error)?
    let report = try ArchiveVerifier(layout: archive.layout).verify { done in
      guard done == number else { return }
      do { try body() } catch { failure = error }
    }
    if let failure { throw failure }
    return report.problems
  }

  @Test func retentionRemovesAll() throws {
    let archive = try segments(6)
    let problems = try verify(archive, at: 2) {
      _ = try Retention(keepDays: 1).run(archive.log, now: Self.later)
    }
    #expect(problems == [])
  }

  /// Retention has written down how far it goes, and removed a few: of the next one only readers' name.
  @Test(arguments: 2...5 as ClosedRange<UInt64>)
  func retentionIsInTheMiddle(removed: UInt64) throws {
    let archive = try segments(6)
    let problems = try verify(archive, at: 1) {
      let last = try #require(try SegmentFooter.read(archive.path(5))).last
      try ArchiveFloor(number: 5, last: last).write(archive.layout.floor(archive.partition))
      for number in 1...removed {
        try Folder.unlink(archive.layout.dated(number, archive.partition, date: "2026-11-22"))
        if number < removed { try Folder.unlink(archive.path(number)) }
      }
    }
    #expect(problems == [])
  }

  /// Nobody of ours removes one without a word.
  @Test func aSegmentThatSomebodyRemovesIsTold() throws {
    let archive = try segments(6)
    let problems = try verify(archive, at: 1) { try Folder.unlink(archive.path(3)) }
    #expect(problems.contains { $0.path == archive.path(3) })
  }

  /// A purge is between a segment's two names for a while.
  @Test func aPurgeIsWaitedFor() async throws {
    let archive = try segments(3)
    let layout = archive.layout
    let isBetween = Mutex(false)
    let purge = Task.detached { [partition = archive.partition] in
      let bot = try #require(BotID(rawValue: 1_234_567))
      let purger = ArchivePurger(layout: layout) { step in
        guard step == .segmentReplaced else { return }
        isBetween.withLock { $0 = true }
        usleep(700_000)
      }
      return try purger.remove(bot, partition).events
    }
    #expect(try await eventually { isBetween.withLock { $0 } })
    #expect(try archive.verify().problems == [])
    #expect(try await purge.value == 60)
    #expect(try archive.verify().problems == [])
  }
}
