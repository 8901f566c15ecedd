import HowUsedArchive
import HowUsedModel

/// The bots that were removed, at which id: kept beside the files, since who counts a segment anew must know them, too.
///
/// Little-endian: "HUremo01", then of each the bot i64 and the id (milliseconds u64, sequence u64), by bot.
enum RemovalMarks {
  private static let magic: UInt64 = 0x3130_6f6d_6572_5548

  /// Empty if there is no such file.
  /// - Throws: ``RollupDamage``, `FileError`.
  static func read(_ path: String) throws -> [Int64: StreamID] {
    guard let content = try CheckedFile.read(path) else { return [:] }
    let marks = content.withUnsafeBytes { content -> [Int64: StreamID]? in
      var reader = ByteReader(content)
      guard reader.fixed(UInt64.self) == magic else { return nil }
      var marks: [Int64: StreamID] = [:]
      while !reader.isAtEnd, reader.isSound {
        let bot = reader.fixed(Int64.self)
        let milliseconds = reader.fixed(UInt64.self)
        marks[bot] = StreamID(milliseconds: milliseconds, sequence: reader.fixed(UInt64.self))
      }
      return reader.isSound ? marks : nil
    }
    guard let marks else { throw RollupDamage(path: path, reason: "not a list of removed bots, or of another version") }
    return marks
  }

  static func write(_ marks: [Int64: StreamID], _ path: String) throws(FileError) {
    var writer = ByteWriter()
    writer.write(magic)
    for (bot, id) in marks.sorted(by: { $0.key < $1.key }) {
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
