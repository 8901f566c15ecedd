import HowUsedArchive
import HowUsedModel

/// Up to where months hold everything, written down before the first day file of it goes: these segments aren't counted
/// again, as long as the months are there.
///
/// Little-endian: "HUclos01", the last segment u64, its last id (milliseconds u64, sequence u64), then of each month its
/// beginning i64 (Unix seconds), ascending.
struct ClosedMark: Sendable, Equatable {
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
    let mark = content.withUnsafeBytes { content -> ClosedMark? in
      var reader = ByteReader(content)
      guard reader.fixed(UInt64.self) == Self.magic else { return nil }
      let (number, milliseconds) = (reader.fixed(UInt64.self), reader.fixed(UInt64.self))
      let last = StreamID(milliseconds: milliseconds, sequence: reader.fixed(UInt64.self))
      var months: [Int64] = []
      while !reader.isAtEnd, reader.isSound { months.append(reader.fixed(Int64.self)) }
      return reader.isSound ? ClosedMark(floor: ArchiveFloor(number: number, last: last), months: months) : nil
    }
    guard let mark else { throw RollupDamage(path: path, reason: "not what was closed, or of another version") }
    self = mark
  }

  func write(_ path: String) throws(FileError) {
    var writer = ByteWriter()
    for number in [Self.magic, floor.number, floor.last.milliseconds, floor.last.sequence] { writer.write(number) }
    for month in months { writer.write(month) }
    try CheckedFile.write(writer.bytes, path)
  }
}
