import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// Parts that an earlier process left: nobody else may have what they hold.
@Suite struct LeftoverPartTests {
  /// The stream has it all when the part is found, and loses it before it's in a file again.
  @Test(arguments: [CommitStep.partCreated, .willWriteBatch, .batchWritten, .willSyncBatch])
  func itStaysUntilItsEventsAreInASyncedFile(step: CommitStep) async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(50)
      let first = try rig.archiver()
      try await first.pass()
      await first.engine.releaseAll()
      let before = try rig.log.parts()
      let bomb = CrashTests.Bomb(step)
      let second = try rig.archiver(rig.configuration(hook: bomb.hook))
      await #expect(throws: InjectedCrash.self) { try await second.pass() }
      _ = try await rig.client.send("FLUSHALL")
      // What was written and not synced is lost as well.
      for part in try rig.log.parts() where !before.contains(part) { try Folder.unlink(part) }
      let third = try rig.archiver()
      try await third.pass(sealing: true)
      #expect(try rig.archived() == ids)
      #expect(try rig.verify().problems == [])
      #expect(try rig.log.parts() == [])
    }
  }

  /// A full disk isn't filled with copies of it.
  @Test func noCopiesPileUp() async throws {
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(50)
      let first = try rig.archiver()
      try await first.pass()
      await first.engine.releaseAll()
      let full = FileError(.write, path: "part", code: ENOSPC)
      let hook: CommitHook = { step, _ in if step == .willSyncBatch { throw full } }
      let second = try rig.archiver(rig.configuration(hook: hook))
      for _ in 0..<3 { try await second.pass(sealing: true) }
      #expect(try rig.log.parts().count == 1)
      await second.engine.releaseAll()
      try await rig.archiver().pass(sealing: true)
      #expect(try rig.archived() == ids)
    }
  }

  /// Redis lost what is in no sealed file: an export has it all the same, each once, in order.
  @Test func anExportSeesWhatOnlyPartsHold() async throws {
    try await ArchiveRig.with { rig in
      var ids = try await rig.add(30)
      let archiver = try rig.archiver()
      try await archiver.pass(sealing: true)
      ids += try await rig.add(30, from: Samples.start + 1000)
      try await archiver.pass()
      await archiver.engine.releaseAll()
      _ = try await rig.client.send("DEL", rig.key)
      #expect(try await exported(rig) == ids)
      // Some of it is still there, and there is more behind it.
      _ = try await rig.client.send("XADD", rig.key, ids[40].description, "e", #""botId":1,"userId":2,"event":"a""#)
      ids += try await rig.add(5, from: Samples.start + 2000)
      #expect(try await exported(rig) == ids)
    }
  }

  /// One is set aside as damaged while an export lists it, and sealed again.
  @Test func anExportSeesASegmentThatIsSealedAgain() throws {
    let archive = try SampleArchive()
    for number in 0..<3 { try archive.seal(Samples.ids(10, from: Samples.start + UInt64(number) * 1000)) }
    var export = PartitionExport(filter: ExportFilter(), format: .ndjson)
    export.begin(archive.log)
    #expect(
      try export.readSegments({ _ in }) { progress in
        if progress.segments == 2 { try? Folder.rename(archive.path(3), to: "\(archive.path(3)).elsewhere") }
      }
    )
    #expect(export.progress.events == 20)
    #expect(try !export.readSegments({ _ in }, { _ in }))
    try Folder.rename("\(archive.path(3)).elsewhere", to: archive.path(3))
    #expect(try export.readSegments({ _ in }, { _ in }))
    #expect(export.progress.events == 30)
  }

  private func exported(_ rig: ArchiveRig) async throws -> [StreamID] {
    var bytes: [UInt8] = []
    let exporter = Exporter(
      layout: rig.layout,
      streams: rig.streams,
      filter: ExportFilter(),
      format: .ndjson,
      pageEvents: 7
    )
    _ = try await exporter.run { bytes += $0 }
    var ids: [StreamID] = []
    bytes.withUnsafeBytes { bytes in
      ArchiveLine.forEach(in: bytes) { ids.append(ArchiveLine($0)?.id ?? .zero) }
    }
    return ids
  }

  /// Network file systems refuse a lock on a file that is open for reading.
  @Test func aLockNeedsAWritableFile() throws {
    let archive = try SampleArchive()
    try archive.seal(Samples.ids(3))
    #expect(throws: FileError.self) { try File.openForReading(archive.path(1)).lock() }
    #expect(try File.openForLocking(archive.path(1)).lock())
  }
}
