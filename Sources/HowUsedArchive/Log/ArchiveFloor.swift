package import HowUsedModel

/// Below which the archive was removed on purpose, by age: recorded before anything is removed, so that `verify` knows
/// where contiguity starts and a partition without any segment still knows its position.
///
/// The file holds one line: `<number of the last segment removed> <its last id>`.
package struct ArchiveFloor: Sendable, Equatable {
  package let number: UInt64
  package let last: StreamID

  package init(number: UInt64, last: StreamID) {
    self.number = number
    self.last = last
  }

  /// Nil if nothing was ever removed.
  package static func read(_ path: String) throws -> ArchiveFloor? {
    guard try Folder.status(of: path) != nil else { return nil }
    let file = try File.openForReading(path)
    let bytes = try file.read(at: 0, count: min(try file.size(), 256))
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard words.count == 2, let number = UInt64(words[0]), number <= LogPosition.highestNumber,
      let last = StreamID(String(words[1]))
    else {
      throw SegmentDamage(path: path, reason: "not `<segment number> <stream id>`")
    }
    return ArchiveFloor(number: number, last: last)
  }

  package func write(_ path: String) throws(FileError) {
    try Folder.replace(path, with: Array("\(number) \(last)\n".utf8), temporary: "\(path).new")
  }
}
