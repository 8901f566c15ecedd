import Foundation
import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import HowUsedStore
import Synchronization
import TestSupport
import Testing

/// Whoever dies at whichever step, the next one comes to the same files.
struct MaintenanceCrashTests {
  struct Crash: Error {}

  /// Throws once at each step of each file, one after the other.
  final class Crashes: Sendable {
    private let next = Mutex(RollupStep.fileWritten)
    let count = Mutex(0)

    func reached(_ step: RollupStep) throws {
      try next.withLock { next in
        switch step {
        case .fileWritten, .fileSynced, .fileRenamed:
          guard next == step else { return }
          next = step == .fileWritten ? .fileSynced : step == .fileSynced ? .fileRenamed : .fileWritten
        case .removalsWritten, .closedWritten, .fileRemoved, .fileSetAside: break
        }
        count.withLock { $0 += 1 }
        throw Crash()
      }
    }
  }

  /// What happens to an archive over the years: after each `act` the statistics catch up.
  private func live(_ archive: KeptArchive, _ keep: (MaintenanceInput, [KeptEvent]) throws -> Void) throws {
    let first = MaintenanceTests.firstDay
    var all: [KeptEvent] = []
    var removals: [Int64: StreamID] = [:]
    for (day, days) in [(first, 2), (first + 2, 11), (first + 13, 9)] {
      for segment in MaintenanceTests.days(day..<day + Int64(days), seed: UInt64(day), count: 12) {
        try archive.seal(segment)
        all += segment
      }
      if day == first + 2 { removals[42] = all.last?.id }
      let end = day + Int64(days)
      let input = MaintenanceInput(now: MaintenanceTests.milliseconds(end, hours: 1), removals: removals)
      try keep(input, all)
    }
    var late = MaintenanceInput(now: MaintenanceTests.milliseconds(first + 600), removals: removals)
    late.closedBefore = (first + 600) * 86_400
    try keep(late, all)
  }

  @Test func eachStepCrashes() throws {
    let quiet = try KeptArchive()
    var maintenance = RollupMaintenance(quiet.layout, quiet.partition)
    try live(quiet) { input, _ in try quiet.keep(&maintenance, input) }

    let archive = try KeptArchive()
    let crashes = Crashes()
    try live(archive) { input, all in
      var isDone = false
      while !isDone {
        var maintenance = RollupMaintenance(archive.layout, archive.partition) { try crashes.reached($0) }
        do {
          try archive.keep(&maintenance, input)
          isDone = true
        } catch is Crash {
          // Whoever looks now sees each event once, or not yet.
          let set = try RollupSet.load(archive.layout, archive.partition)
          let counted = all.filter { $0.id <= set.through.last }
          let removals = input.removals
          let expected = KeptRecount(counted, bucket: 86_400, removals: removals)
          #expect(set.holes.isEmpty)
          #expect(try set.recount(.day, removals: removals).difference(from: expected) == nil)
        }
      }
    }
    #expect(crashes.count.withLock { $0 } > 300)
    #expect(try archive.digests() == quiet.digests())
    let names = try Folder.names(in: archive.layout.folder(archive.partition), hidden: true)
    #expect(names.allSatisfy { !$0.hasPrefix(".") })
  }

  /// The same maintenance goes on after an error, as when the disk was full.
  @Test func maintenanceGoesOnAfterAnError() throws {
    let archive = try KeptArchive()
    for segment in MaintenanceTests.days(MaintenanceTests.firstDay..<MaintenanceTests.firstDay + 3, seed: 5, count: 12)
    {
      try archive.seal(segment)
    }
    let crashes = Crashes()
    var maintenance = RollupMaintenance(archive.layout, archive.partition) { try crashes.reached($0) }
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(MaintenanceTests.firstDay + 3))
    var tries = 0
    while tries < 1000 {
      tries += 1
      do {
        if try maintenance.step(input) == .idle { break }
      } catch is Crash {}
    }
    let quiet = try KeptArchive()
    for segment in MaintenanceTests.days(MaintenanceTests.firstDay..<MaintenanceTests.firstDay + 3, seed: 5, count: 12)
    {
      try quiet.seal(segment)
    }
    var other = RollupMaintenance(quiet.layout, quiet.partition)
    try quiet.keep(&other, input)
    #expect(try archive.digests() == quiet.digests())
  }

  final class SharedMaintenance: Sendable {
    let maintenance: Mutex<RollupMaintenance>
    init(_ maintenance: RollupMaintenance) { self.maintenance = Mutex(maintenance) }
  }

  @Test func twoProcessesAtOnce() throws {
    let archive = try KeptArchive()
    var all: [KeptEvent] = []
    for segment in MaintenanceTests.days(MaintenanceTests.firstDay..<MaintenanceTests.firstDay + 25, seed: 9, count: 12)
    {
      try archive.seal(segment)
      all += segment
    }
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(MaintenanceTests.firstDay + 25))
    let maintenances = (0..<2).map { _ in SharedMaintenance(RollupMaintenance(archive.layout, archive.partition)) }
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { index in
      // Two threads each: one has the lock, or the other one, in any order.
      do {
        var idle = 0
        while idle < 3 {
          let progress = try maintenances[index % 2].maintenance.withLock { try $0.step(input) }
          idle = progress == .idle ? idle + 1 : 0
        }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let expected = KeptRecount(all, bucket: 900)
    for maintenance in maintenances {
      #expect(try maintenance.maintenance.withLock { try $0.set.recount(.quarter) }.difference(from: expected) == nil)
      #expect(maintenance.maintenance.withLock { $0.takeReport() }.damages.isEmpty)
    }
  }

  /// Somebody who stopped between two steps comes back when others have gone on.
  @Test func maintenanceThatSlept() throws {
    let archive = try KeptArchive()
    let days = MaintenanceTests.days(MaintenanceTests.firstDay..<MaintenanceTests.firstDay + 25, seed: 10, count: 12)
    for segment in days.prefix(40) { try archive.seal(segment) }
    var sleeper = RollupMaintenance(archive.layout, archive.partition)
    let input = MaintenanceInput(now: MaintenanceTests.milliseconds(MaintenanceTests.firstDay + 25))
    for _ in 0..<7 { _ = try sleeper.step(input) }
    for segment in days.dropFirst(40) { try archive.seal(segment) }
    var other = RollupMaintenance(archive.layout, archive.partition)
    try archive.keep(&other, input)
    let digests = try archive.digests()
    try archive.keep(&sleeper, input)
    #expect(try archive.digests() == digests)
    let expected = KeptRecount(days.flatMap { $0 }, bucket: 900)
    #expect(try sleeper.set.recount(.quarter).difference(from: expected) == nil)
  }
}
