/// How each of a section's users began in it: who is new, and by which event, is the earliest of these over all sections.
struct SectionFirsts: Sendable, Equatable {
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

  /// - Parameters: two columns of the users: when, and by which row. See ``Section/firsts()``.
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
    let decoded: SectionFirsts? = bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      var firsts = SectionFirsts()
      firsts.minutes = reader.column(users)
      firsts.rows = reader.column(users)
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
      firsts.sent = places.indices.map {
        Sent(user: places[$0], seconds: seconds[$0], segment: segment &+ UInt64(segments[$0]))
      }
      return reader.isAtEnd && user < max(users, 1) ? firsts : nil
    }
    guard let decoded else { return nil }
    self = decoded
  }

  init() {}
}
