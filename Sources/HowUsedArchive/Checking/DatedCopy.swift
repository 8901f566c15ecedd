import Glibc
import HowUsedStore

/// A dated name beside its segment: usually the same file, after a restored backup maybe a copy, which must be the same
/// byte by byte.
struct DatedCopy {
  let log: PartitionLog
  let segment: String
  let copy: String

  /// How long to wait for who rewrites the segment just now, under one name after the other.
  private static let patience = Duration.seconds(30)

  /// From which byte on it is another file; nil if it isn't, or one of the two is gone.
  /// - Throws: `FileError`, `SegmentDamage`.
  func difference() throws -> Int? {
    let deadline = ContinuousClock.now + Self.patience
    while true {
      // Before the comparison: who was at it then may have been between the names.
      let isPurging = try PurgeLock.isTaken(log.layout)
      guard let offset = try compare() else { return nil }
      guard isPurging, ContinuousClock.now < deadline else {
        // It may have come and gone since.
        return isPurging ? offset : try compare()
      }
      usleep(50_000)
    }
  }

  /// Whether the segment was joined with those before it, and this is still what it was. They are there, too, under their
  /// names: joining was killed, and goes on the next time.
  func isFromBeforeJoining(_ number: UInt64) throws -> Bool {
    do {
      let joined = try SegmentReader.segment(segment)
      let old = try SegmentReader.segment(copy)
      guard let footer = joined.footer, footer.isJoined,
        try old.validated(number: number, partition: log.partition).last == footer.last
      else { return false }
      return joined.frames.suffix(old.frames.count) == old.frames
    } catch let error as FileError where error.isMissing {
      return false
    } catch is SegmentDamage {
      return false
    }
  }

  private func compare() throws -> Int? {
    guard let one = try Folder.status(of: segment), let other = try Folder.status(of: copy) else { return nil }
    if one.isSameFile(as: other) { return nil }
    do {
      return try SegmentReader.part(segment).difference(from: try File.openForReading(copy).readAll())
    } catch let error as FileError where error.isMissing {
      return nil
    }
  }
}
