import Foundation
import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import HowUsedStore
import TestSupport
import Testing

/// An archive of one partition, with its statistics' folder.
final class KeptArchive: Sendable {
  let folder: TemporaryFolder
  let layout: RollupLayout
  let partition = Partition(rawValue: 7)

  init() throws {
    folder = try TemporaryFolder()
    layout = RollupLayout(ArchiveLayout(root: folder.path + "/archive"))
  }

  var log: PartitionLog { PartitionLog(layout: layout.archive, partition: partition) }

  /// Seals a segment of events of one day, ascending by id.
  @discardableResult
  func seal(_ events: [KeptEvent]) throws -> UInt64 {
    var builder = LineBatchBuilder(maximumBytes: 1 << 20)
    for event in events {
      Array(event.line(partition).utf8).withUnsafeBytes {
        builder.append($0, id: event.id, time: event.happened)
      }
    }
    let log = log
    let writer = try log.openPart(after: try log.position { _ in }, compressor: try ZstdCompressor(level: 1))
    for batch in builder.finish() { try writer.append(batch) }
    try writer.sync()
    guard case .sealed(let footer) = try log.seal(writer) else {
      Issue.record("nothing was sealed")
      return 0
    }
    return footer.number
  }

  /// Lets a maintenance do all that there is to do.
  func keep(_ maintenance: inout RollupMaintenance, _ input: MaintenanceInput) throws {
    var steps = 0
    while try maintenance.step(input) == .worked {
      steps += 1
      try #require(steps < 10_000, "it comes to no end")
    }
  }

  /// The statistics' files and the digests at their ends.
  func digests() throws -> [String: [UInt8]] {
    let folder = layout.folder(partition)
    var digests: [String: [UInt8]] = [:]
    for name in try Folder.names(in: folder, hidden: true) where name != RollupFolder.lockName {
      let file = try File.openForReading("\(folder)/\(name)")
      digests[name] = Array(try file.read(at: 0, count: try file.size()).suffix(32))
    }
    return digests
  }

  func path(_ name: String) -> String { "\(layout.folder(partition))/\(name)" }

  /// Names of the statistics' files of a kind.
  func names(_ prefix: String) throws -> [String] {
    try Folder.names(in: layout.folder(partition)).filter { $0.hasPrefix(prefix) && $0.hasSuffix(RollupName.suffix) }
  }

  func bytes(_ path: String) throws -> [UInt8] {
    let file = try File.openForReading(path)
    return try file.read(at: 0, count: try file.size())
  }

  /// Gives a file other bytes, in place.
  func write(_ bytes: [UInt8], _ path: String) throws {
    let file = try File.openOrCreate(path)
    // Emptied first, the file would be put on disk when it's closed: ext4 takes that for a replacement.
    try file.write(bytes)
    try file.truncate(to: bytes.count)
  }

  /// Names of files that came, went or changed.
  func changed(since old: [String: [UInt8]]) throws -> [String] {
    let new = try digests()
    return Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
  }
}
