import Foundation
import HowUsedArchive
import HowUsedModel
import HowUsedStore
import TestSupport

/// Made-up events, as the archive holds them.
enum Samples {
  /// 2026-11-22T10:00:00Z.
  static let start: UInt64 = 1_795_341_600_000

  static func line(_ id: StreamID, partition: Partition = Partition(rawValue: 7), user: Int = 42) -> String {
    let time = UTCTime.format(milliseconds: Int64(id.milliseconds))
    let head = #"{"id":"\#(id)","partition":\#(partition.rawValue),"time":"\#(time)","#
    return head + #""botId":1234567,"userId":\#(user),"event":"/start","param_1":"en"}"#
  }

  static func batch(_ ids: [StreamID], partition: Partition = Partition(rawValue: 7)) -> LineBatch {
    var builder = LineBatchBuilder()
    for id in ids {
      Array(line(id, partition: partition).utf8).withUnsafeBytes {
        builder.append($0, id: id, time: Int64(id.milliseconds))
      }
    }
    let batches = builder.finish()
    precondition(batches.count == 1)
    return batches[0]
  }

  /// `count` ids of one a millisecond.
  static func ids(_ count: Int, from milliseconds: UInt64 = Samples.start) -> [StreamID] {
    (0..<UInt64(count)).map { StreamID(milliseconds: milliseconds + $0, sequence: 0) }
  }
}

/// An archive folder of its own, filled by hand.
final class SampleArchive {
  let folder: TemporaryFolder
  let layout: ArchiveLayout
  let partition = Partition(rawValue: 7)
  let log: PartitionLog
  let compressor: ZstdCompressor

  init(hook: @escaping CommitHook = { _, _ in }) throws {
    folder = try TemporaryFolder()
    layout = ArchiveLayout(root: folder.path + "/archive")
    log = PartitionLog(layout: layout, partition: partition, hook: hook)
    compressor = try ZstdCompressor(level: 1)
  }

  /// Seals one segment with a frame for each batch of ids.
  @discardableResult
  func seal(_ batches: [StreamID]...) throws -> PartitionLog.Outcome {
    let writer = try log.openPart(after: try position(), compressor: compressor)
    for ids in batches {
      try writer.append(Samples.batch(ids))
      try writer.sync()
    }
    return try log.seal(writer)
  }

  func position() throws -> LogPosition { try log.position { _ in } }

  func path(_ number: UInt64) -> String { layout.segment(number, partition) }

  func verify() throws -> VerifyReport { try ArchiveVerifier(layout: layout).verify() }

  /// Changes one byte of a file, in all of its names; once more, and it's as it was.
  func flip(_ path: String, at offset: Int, mask: UInt8 = 0x10) throws {
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try handle.seek(toOffset: UInt64(offset))
    let byte = try handle.read(upToCount: 1)?.first ?? 0
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data([byte ^ mask]))
    try handle.close()
  }

  func truncate(_ path: String, to size: Int) throws {
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try handle.truncate(atOffset: UInt64(size))
    try handle.close()
  }

  func size(_ path: String) throws -> Int { try Folder.status(of: path)?.size ?? -1 }

  /// All ids of the sealed segments, in their order.
  func ids() throws -> [StreamID] {
    var ids: [StreamID] = []
    for number in try log.numbers() {
      var reader = try SegmentReader.segment(path(number))
      while let frame = try reader.next() {
        frame.lines.withUnsafeBytes { lines in
          ArchiveLine.forEach(in: lines) { line in ids.append(ArchiveLine(line)?.id ?? .zero) }
        }
      }
    }
    return ids
  }
}
