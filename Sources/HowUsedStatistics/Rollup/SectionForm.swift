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
  var firstEvents = 0
  var peaks = 0
  var blocks: [Block] = []
}

/// A file of the statistics that isn't what it should be. It is made anew.
package struct RollupDamage: Error, Sendable, Equatable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package var description: String { "\(path): \(reason)" }
}

/// How each of a section's users began in it: who is new, and by which event, is the earliest of these over all sections.
struct FirstEvents: Sendable, Equatable {
  /// A registration time that came with an event.
  struct Sent: Sendable, Equatable {
    /// The user's place.
    var user: UInt32
    /// Unix seconds.
    var seconds: Int64
    /// The segment that the event is in: what came last counts, whichever day it was for.
    var segment: UInt64
  }

  /// Of each user the minute of its earliest event, in minutes from the section's start.
  var minutes: [UInt32] = []
  /// Of each user the row of that event. Of events in the same minute the one that came first counts.
  var rows: [UInt32] = []
  /// The last registration time that each user sent, by user.
  var sent: [Sent] = []

  /// - Parameters: two columns of the users: when, and by which row. See ``Section/firstEvents()``.
  func encoded(_ when: [UInt32], _ which: [UInt32]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(column: when)
    writer.write(column: which)
    writer.write(varint: sent.count)
    var last: UInt32 = 0
    for sent in sent {
      writer.write(varint: Int(sent.user &- last))
      last = sent.user
    }
    let seconds = sent.map(\.seconds).min() ?? 0
    writer.write(seconds)
    for sent in sent { writer.write(varint: UInt64(bitPattern: sent.seconds &- seconds)) }
    let segment = sent.map(\.segment).min() ?? 0
    writer.write(segment)
    writer.write(column: sent.map { UInt32(clamping: $0.segment - segment) })
    return writer.bytes
  }

  /// Gives ``minutes`` and ``rows`` the two columns as they were written. Nil when they don't fit the section.
  init?(_ bytes: [UInt8], users: Int) {
    let decoded: FirstEvents? = bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      var firstEvents = FirstEvents()
      firstEvents.minutes = reader.column(users)
      firstEvents.rows = reader.column(users)
      let count = reader.count(below: users + 1)
      var user = 0
      let places = (0..<count).map { _ in
        user += reader.count(below: users)
        return UInt32(truncatingIfNeeded: user)
      }
      let start = reader.fixed(Int64.self)
      let seconds = (0..<count).map { _ in start &+ Int64(bitPattern: reader.varint()) }
      let segment = reader.fixed(UInt64.self)
      let segments = reader.column(count)
      guard reader.isSound else { return nil }
      firstEvents.sent = places.indices.map {
        Sent(user: places[$0], seconds: seconds[$0], segment: segment &+ UInt64(segments[$0]))
      }
      return reader.isAtEnd && user < max(users, 1) ? firstEvents : nil
    }
    guard let decoded else { return nil }
    self = decoded
  }

  init() {}
}
