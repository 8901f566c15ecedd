import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import HowUsedStore
import TestSupport
import Testing

/// A rebuild puts the same statistics in the place of the old ones, whatever these were.
struct RebuildTests {
  @Test("A rebuild makes what was there before, and a server's maintenance goes on with it")
  func rebuild() throws {
    let rig = try RecountRig()
    var generator = RecountGenerator(seed: TestRun.seed(), days: 5)
    let events = generator.events(800)
    rig.add(events)
    try rig.seal(events.count)
    try rig.keep(now: generator.now)
    let before = try Self.contents(rig)
    #expect(before.contains { $0.key.hasPrefix("day-") })
    // Damage that nobody would notice by the footer.
    let day = try #require(rig.maintenance.set.days.first)
    try Self.flip(day.path, at: 100)

    let rebuild = RollupRebuild(rig.layout.archive, rig.partition, retention: StatisticsRetention())
    #expect(try rebuild.events(force: false) == events.count)
    var told = 0
    let damages = try rebuild.run(now: generator.now * 1000, removals: [:]) { told += $0 }
    #expect(damages == [])
    #expect(told == events.count)
    try rig.keep(now: generator.now)
    #expect(try Self.contents(rig) == before)
    #expect(try Folder.names(in: rig.layout.archive.root, hidden: true).filter { $0.contains("rebuild") } == [])
  }

  @Test("Where archived days were removed it is refused, unless it's forced")
  func removedDays() throws {
    let rig = try RecountRig()
    var generator = RecountGenerator(seed: TestRun.seed(), days: 5)
    rig.add(generator.events(300))
    try rig.seal(300)
    let log = PartitionLog(layout: rig.layout.archive, partition: rig.partition)
    #expect(try Retention(keepDays: 3).run(log, now: generator.now * 1000).segments > 0)
    let rebuild = RollupRebuild(rig.layout.archive, rig.partition, retention: StatisticsRetention())
    #expect(throws: RebuildError.self) { try rebuild.events(force: false) }
    #expect(try rebuild.events(force: true) < 300)
  }

  @Test("What nobody has counted yet is told to who removes by age, also while a rebuild counts again")
  func countedThrough() throws {
    let rig = try RecountRig()
    var generator = RecountGenerator(seed: TestRun.seed(), days: 5)
    rig.add(generator.events(400))
    try rig.seal(300)
    let (archive, partition) = (rig.layout.archive, rig.partition)
    #expect(try RollupRebuild.countedThrough(archive, partition) == 0)
    try rig.keep(now: generator.now)
    let log = PartitionLog(layout: archive, partition: partition)
    let last = try #require(try log.numbers().last)
    #expect(try RollupRebuild.countedThrough(archive, partition) == last)
    try rig.seal(100)
    #expect(try RollupRebuild.countedThrough(archive, partition) == last)

    let rebuild = RollupRebuild(archive, partition, retention: StatisticsRetention())
    var meanwhile: [UInt64] = []
    _ = try rebuild.run(now: generator.now * 1000, removals: [:]) { _ in
      meanwhile.append((try? RollupRebuild.countedThrough(archive, partition)) ?? .max)
    }
    #expect(meanwhile.first == 1)
    #expect(meanwhile == meanwhile.sorted())
    #expect(try RollupRebuild.countedThrough(archive, partition) == log.numbers().last)
  }

  /// Of each file its bytes.
  private static func contents(_ rig: RecountRig) throws -> [String: [UInt8]] {
    let folder = rig.layout.folder(rig.partition)
    var contents: [String: [UInt8]] = [:]
    for name in try Folder.names(in: folder) where name.hasSuffix(".hur") {
      let file = try File.openForReading("\(folder)/\(name)")
      contents[name] = try file.read(at: 0, count: try file.size())
    }
    return contents
  }

  private static func flip(_ path: String, at offset: Int) throws {
    let file = try File.openForReading(path)
    var bytes = try file.read(at: 0, count: try file.size())
    bytes[offset] ^= 1
    try Folder.replace(path, with: bytes, temporary: "\(path).flipped")
  }
}
