import HowUsedModel
import NIOCore

/// Puts leftover events among those that the stream still has, in the order of their ids, each once.
struct LeftoverMerge: Sendable {
  private let events: LeftoverEvents
  private var next = 0

  init(_ events: LeftoverEvents) { self.events = events }

  /// The last leftover event; nil if there is none.
  var end: StreamID? { events.lines.last?.id }

  /// What is to be archived up to and including the page's end.
  mutating func merge(_ page: StreamPage) -> [LineBatch] {
    var builder = LineBatchBuilder()
    for batch in page.batches {
      batch.bytes.withUnsafeReadableBytes { bytes in
        ArchiveLine.forEach(in: bytes) { line in
          guard let parsed = ArchiveLine(line) else { return }
          takeLeftovers(before: parsed.id, into: &builder)
          builder.append(line, id: parsed.id, time: parsed.time)
          if next < events.lines.count, events.lines[next].id == parsed.id { next += 1 }
        }
      }
    }
    return builder.finish()
  }

  /// What is left when the stream has no more.
  mutating func rest() -> [LineBatch] {
    var builder = LineBatchBuilder()
    takeLeftovers(before: StreamID(milliseconds: .max, sequence: .max), into: &builder)
    return builder.finish()
  }

  private mutating func takeLeftovers(before id: StreamID, into builder: inout LineBatchBuilder) {
    while next < events.lines.count, events.lines[next].id < id {
      let line = events.lines[next]
      events.withBytes(of: line) { builder.append($0, id: line.id, time: line.time) }
      next += 1
    }
  }
}
