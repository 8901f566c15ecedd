internal import HowUsedArchive

/// What a section says about itself. See ``Section`` for what it is.
struct SectionHeader: Sendable, Equatable {
  /// Where its time begins: Unix seconds, a UTC day's or month's first; 0 when it has no time.
  var start: Int64
  /// Seconds of its time, a multiple of ``bucket``.
  var span: Int64
  /// Seconds of a bucket: 60, 900 or 86,400.
  var bucket: Int64
  var rows = 0
  var users = 0
  var tuples = 0
  var uses = 0

  var time: Range<Int64> { start..<start + span }
  var buckets: Int { Int(span / bucket) }
  /// Whether a tuple is one byte: the distance to the bucket before, and whether another follows.
  var hasByteTuples: Bool { buckets <= 128 }

  /// The form. Another one is made anew from what it was made of.
  static let version = 1
}

/// How long each of a section's frames is, in the order in which they lie behind the directory.
struct SectionFrames: Sendable, Equatable {
  /// Rows that follow each other, so many that their tuples are some 16,000.
  struct Block: Sendable, Equatable {
    var rows = 0
    var pairs = 0
    var tuples = 0
    var counts = 0
  }

  var rows = 0
  var users = 0
  var firsts = 0
  var figures = 0
  var blocks: [Block] = []
}

/// A file of the statistics that isn't what it should be. It is made anew.
package struct RollupDamage: Error, Sendable, Equatable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package var description: String { "\(path): \(reason)" }
}
