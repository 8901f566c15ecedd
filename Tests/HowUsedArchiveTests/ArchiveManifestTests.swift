import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

@Suite struct ArchiveManifestTests {
  private typealias Recorded = ArchiveIdentity.Recorded
  private let folder: TemporaryFolder
  private let layout: ArchiveLayout

  init() throws {
    folder = try TemporaryFolder()
    layout = ArchiveLayout(root: folder.path + "/archive")
  }

  private func agree(_ recorded: Recorded, partitions: Int = 16) throws -> ArchiveManifest {
    try ArchiveManifest.agreed(layout, recorded, partitions: partitions, now: 0)
  }

  @Test("It's made once, whoever is first, and matches what Redis records of it")
  func madeOnce() throws {
    let nothing = Recorded(id: nil, partitions: nil)
    #expect(try ArchiveManifest.matching(layout, nothing) == nil)
    let made = try agree(Recorded(id: nil, partitions: 8), partitions: 8)
    #expect(made.partitions == 8 && made.archive.count == 32 && made.created == "1970-01-01T00:00:00.000Z")
    for recorded in [nothing, Recorded(id: made.archive, partitions: 8), Recorded(id: nil, partitions: 8)] {
      #expect(try agree(recorded) == made)
    }
    #expect(try Folder.names(in: layout.root, hidden: true) == ["manifest.json"])
  }

  @Test("What doesn't belong together is refused, each with its reason")
  func mismatches() throws {
    let root = layout.root
    #expect(throws: ArchiveMismatch.noManifest(folder: root)) { try agree(Recorded(id: "a", partitions: 16)) }
    let made = try agree(Recorded(id: nil, partitions: nil))
    #expect(throws: ArchiveMismatch.otherArchive(folder: root, found: made.archive, recorded: "a")) {
      try agree(Recorded(id: "a", partitions: 16))
    }
    #expect(throws: ArchiveMismatch.partitions(folder: root, found: 16, recorded: 8)) {
      try agree(Recorded(id: made.archive, partitions: 8))
    }
  }

  @Test("An archive of an earlier version must fit the number of partitions")
  func olderArchive() throws {
    try Folder.make(layout.folder(Partition(rawValue: 12)))
    #expect(throws: ArchiveMismatch.folders(folder: layout.root, last: Partition(rawValue: 12), partitions: 8)) {
      try agree(Recorded(id: nil, partitions: nil), partitions: 8)
    }
    #expect(try agree(Recorded(id: nil, partitions: nil), partitions: 13).partitions == 13)
  }

  @Test(
    "What can't be read is told, not replaced",
    arguments: [
      "", "{", #"{"archive":"a","created":"","partitions":0,"scheme":1}"#,
      #"{"archive":"a","created":"","partitions":16,"scheme":2}"#,
    ]
  )
  func unreadable(text: String) throws {
    try Folder.make(layout.root)
    try File.create(layout.manifest, holding: Array(text.utf8))
    let error = #expect(throws: ArchiveMismatch.self) { try agree(Recorded(id: nil, partitions: nil)) }
    #expect(error?.description.contains("manifest.json") == true)
    #expect(try File.openForReading(layout.manifest).size() == text.utf8.count)
  }

  @Test("Files that end before what Redis remembers are an older copy; damage is not")
  func behind() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      let ids = try await rig.add(10)
      try await archiver.pass(sealing: true)
      try await rig.add(10, from: Samples.start + 1000)
      try await archiver.pass(sealing: true)
      let last = StreamID(milliseconds: Samples.start + 1009)
      #expect(try rig.log.claimedEnd() == last)
      try rig.log.check(recorded: last)
      // The newest segment is missing, under both of its names.
      let path = rig.layout.segment(2, rig.partition)
      let footer = try SegmentFooter.read(path)
      try Folder.unlink(rig.layout.dated(2, rig.partition, date: try #require(footer?.date)))
      try Folder.rename(path, to: path + ".elsewhere")
      #expect(
        throws: ArchiveMismatch.behind(folder: rig.layout.root, rig.partition, end: ids[9], recorded: last)
      ) { try rig.log.check(recorded: last) }
      let next = try rig.archiver()
      try await rig.client.send("DEL", rig.streams.keys.archiveLease(rig.partition))
      try await next.pass(sealing: true)
      #expect(next.progress.health.lastError?.contains("older copy") == true)
      #expect(try rig.log.numbers() == [1])
      // It was set aside: that was known when it was, and what the stream has of it is archived again.
      try Folder.rename(path + ".elsewhere", to: path + ".damaged-1")
      try rig.log.check(recorded: last)
    }
  }

  @Test("Another folder becomes the archive of a Redis that is above its maxmemory")
  func attachToFullRedis() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      let ids = try await rig.add(10)
      try await archiver.pass(sealing: true)
      try await rig.client.send("CONFIG", "SET", "maxmemory", 1)
      await #expect(throws: RedisServerError.self) { try await rig.client.send("SET", "key", "value") }
      let binding = ArchiveBinding(rig.layout, client: rig.client, keys: rig.streams.keys)
      let before = try await ArchiveIdentity.recorded(in: rig.client, rig.streams.keys)
      try await binding.attach(now: 1)
      let after = try await ArchiveIdentity.recorded(in: rig.client, rig.streams.keys)
      #expect(after.id != before.id)
      #expect(try ArchiveManifest.read(rig.layout)?.archive == after.id)
      let position = try await rig.client.send("GET", rig.streams.keys.archivePosition(rig.partition)).string
      #expect(position == ids.last?.description)
    }
  }
}
