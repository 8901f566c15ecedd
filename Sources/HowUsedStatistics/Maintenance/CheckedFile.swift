import Crypto
import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// A small file with the SHA-256 of its content at its end, which is there wholly or not at all.
enum CheckedFile {
  private static let digestSize = 32

  /// Nil if there is no such file.
  /// - Throws: ``RollupDamage``, `FileError`.
  static func read(_ path: String) throws -> [UInt8]? {
    guard let status = try Folder.status(of: path) else { return nil }
    let bytes = try File.openForReading(path).read(at: 0, count: status.size)
    let content = bytes.dropLast(digestSize)
    guard bytes.count >= digestSize, bytes.suffix(digestSize).elementsEqual(digest(content)) else {
      throw RollupDamage(path: path, reason: "its SHA-256 is not the one at its end")
    }
    return Array(content)
  }

  static func write(_ content: [UInt8], _ path: String) throws(FileError) {
    try Folder.replace(path, with: content + digest(content[...]), temporary: "\(path)\(temporarySuffix)")
  }

  static let temporarySuffix = ".new"

  private static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    Array(bytes.withUnsafeBytes { SHA256.hash(data: $0) })
  }
}

/// Up to where months hold everything, written down before the first day file of it goes: these segments aren't counted
/// again, as long as the months are there.
///
/// Little-endian: "HUclos01", the last segment u64, its last id (milliseconds u64, sequence u64), then of each month its
/// beginning i64 (Unix seconds), ascending.
struct MonthProgress: Sendable, Equatable {
  var floor: ArchiveFloor
  var months: [Int64]

  private static let magic: UInt64 = 0x3130_736f_6c63_5548

  init(floor: ArchiveFloor, months: [Int64]) {
    self.floor = floor
    self.months = months
  }

  /// Nil if nothing was ever closed.
  /// - Throws: ``RollupDamage``, `FileError`.
  init?(reading path: String) throws {
    guard let content = try CheckedFile.read(path) else { return nil }
    let progress = content.withUnsafeBytes { content -> MonthProgress? in
      var reader = ByteReader(content)
      guard reader.fixed(UInt64.self) == Self.magic else { return nil }
      let (number, milliseconds) = (reader.fixed(UInt64.self), reader.fixed(UInt64.self))
      let last = StreamID(milliseconds: milliseconds, sequence: reader.fixed(UInt64.self))
      var months: [Int64] = []
      while !reader.isAtEnd, reader.isSound { months.append(reader.fixed(Int64.self)) }
      return reader.isSound ? MonthProgress(floor: ArchiveFloor(number: number, last: last), months: months) : nil
    }
    guard let progress else { throw RollupDamage(path: path, reason: "not what was closed, or of another version") }
    self = progress
  }

  func write(_ path: String) throws(FileError) {
    var writer = ByteWriter()
    for number in [Self.magic, floor.number, floor.last.milliseconds, floor.last.sequence] { writer.write(number) }
    for month in months { writer.write(month) }
    try CheckedFile.write(writer.bytes, path)
  }
}

/// The bots that were removed, at which id: kept beside the files, since who counts a segment anew must know them, too.
///
/// Little-endian: "HUremo01", then of each the bot i64 and the id (milliseconds u64, sequence u64), by bot.
enum RemovedBots {
  private static let magic: UInt64 = 0x3130_6f6d_6572_5548

  /// Empty if there is no such file.
  /// - Throws: ``RollupDamage``, `FileError`.
  static func read(_ path: String) throws -> [Int64: StreamID] {
    guard let content = try CheckedFile.read(path) else { return [:] }
    let removals = content.withUnsafeBytes { content -> [Int64: StreamID]? in
      var reader = ByteReader(content)
      guard reader.fixed(UInt64.self) == magic else { return nil }
      var removals: [Int64: StreamID] = [:]
      while !reader.isAtEnd, reader.isSound {
        let bot = reader.fixed(Int64.self)
        let milliseconds = reader.fixed(UInt64.self)
        removals[bot] = StreamID(milliseconds: milliseconds, sequence: reader.fixed(UInt64.self))
      }
      return reader.isSound ? removals : nil
    }
    guard let removals else {
      throw RollupDamage(path: path, reason: "not a list of removed bots, or of another version")
    }
    return removals
  }

  static func write(_ removals: [Int64: StreamID], _ path: String) throws(FileError) {
    var writer = ByteWriter()
    writer.write(magic)
    for (bot, id) in removals.sorted(by: { $0.key < $1.key }) {
      writer.write(bot)
      writer.write(id.milliseconds)
      writer.write(id.sequence)
    }
    try CheckedFile.write(writer.bytes, path)
  }

  /// Of each bot the later id.
  static func merged(_ left: [Int64: StreamID], _ right: [Int64: StreamID]) -> [Int64: StreamID] {
    left.merging(right) { max($0, $1) }
  }
}
