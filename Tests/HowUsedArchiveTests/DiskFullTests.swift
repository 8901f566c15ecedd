import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import TestSupport
import Testing

@Suite struct DiskFullTests {
  /// A real full disk: a small file system in memory. Needs the rights to mount one.
  @Test(.enabled(if: canMount, "a small tmpfs can't be mounted: that takes root"))
  func archivingWaitsForRoom() async throws {
    let folder = try TemporaryFolder()
    #expect(Self.mount(folder))
    defer { Self.unmount(folder) }
    try await ArchiveRig.with(archive: folder.path + "/archive") { rig in
      let filler = folder.path + "/filler"
      #expect(Self.shell("head -c 100000 /dev/urandom > \(filler)") == 0)
      var ids: [StreamID] = []
      let archiver = try rig.archiver()
      var rounds = 0
      while !archiver.progress.health.isWaitingForDisk, rounds < 100 {
        ids += try await rig.addRandom(20, from: Samples.start + 1000 * UInt64(rounds))
        try await archiver.pass()
        try await archiver.trimmer.pass()
        rounds += 1
      }
      #expect(archiver.progress.health.isWaitingForDisk)
      #expect(archiver.progress.health.lastError?.contains("No space left") == true)
      let backlog = try await rig.backlog(of: archiver)
      #expect(backlog.entries > 0 && backlog.ageMilliseconds > 0)
      // Still full: nothing is lost, nothing is torn.
      ids += try await rig.addRandom(20, from: Samples.start + 1000 * UInt64(rounds))
      try await archiver.pass(sealing: true)
      #expect(archiver.progress.health.isWaitingForDisk)
      try Folder.unlink(filler)
      try await archiver.pass(sealing: true)
      let done = try await eventually {
        try await archiver.pass(sealing: true)
        return try rig.archived() == ids
      }
      #expect(done)
      #expect(!archiver.progress.health.isWaitingForDisk)
      #expect(archiver.progress.health.lastError == nil)
      #expect(try await rig.backlog(of: archiver) == StreamBacklog())
      #expect(try rig.verify().problems == [])
    }
  }

  private static let canMount: Bool = {
    guard let folder = try? TemporaryFolder(), mount(folder) else { return false }
    unmount(folder)
    return true
  }()

  private static func mount(_ folder: TemporaryFolder) -> Bool {
    shell("mount -t tmpfs -o size=128k tmpfs \(folder.path)") == 0
  }

  private static func unmount(_ folder: TemporaryFolder) { _ = shell("umount \(folder.path)") }

  private static func shell(_ command: String) -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
