/// What `howused archive verify` found.
package struct VerifyReport: Sendable, Equatable {
  package var segments = 0
  package var events = 0
  /// Compressed size of the sealed segments.
  package var bytes = 0
  /// Parts that are open or were left over: no fault, their events are still in the stream.
  package var parts = 0
  /// Everything that is wrong; empty for a sound archive.
  package var problems: [SegmentDamage] = []

  package init() {}

  package var isSound: Bool { problems.isEmpty }

  mutating func add(_ other: VerifyReport) {
    segments += other.segments
    events += other.events
    bytes += other.bytes
    parts += other.parts
    problems += other.problems
  }
}
