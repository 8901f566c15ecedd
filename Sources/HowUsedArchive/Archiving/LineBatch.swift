package import HowUsedModel
internal import HowUsedStore
package import NIOCore

/// Some consecutive archive lines of one partition and one UTC day: what becomes one frame.
package struct LineBatch: Sendable, Equatable {
  /// The lines, each ended by a newline.
  package var bytes: ByteBuffer
  package var count: Int
  package var first: StreamID
  package var last: StreamID
  /// The earliest and the latest `time` of a line, in unix milliseconds. Backfilled events make it differ from the ids.
  package var minTime: Int64
  package var maxTime: Int64

  /// Without lines: only `count` makes it a batch.
  static let empty = LineBatch(bytes: ByteBuffer(), count: 0, first: .zero, last: .zero, minTime: .max, maxTime: .min)

  /// Whether its ids are so much ahead of the clock that this can't have given them out, as it is now.
  /// - Parameter now: Redis's unix time in milliseconds.
  func isAhead(of now: Int64) -> Bool { Int64(clamping: first.milliseconds) > now + 60_000 }

  /// Counts a line that was added to `bytes`.
  ///
  /// - Parameter time: unix milliseconds.
  mutating func count(_ id: StreamID, time: Int64) {
    if count == 0 { first = id }
    count += 1
    last = id
    minTime = min(minTime, time)
    maxTime = max(maxTime, time)
  }
}

/// Collects lines into batches, none of which spans two UTC days or grows much beyond `maximumBytes`.
package struct LineBatchBuilder {
  private var batches: [LineBatch] = []
  /// Has no lines yet when its count is 0.
  private var current = LineBatch.empty
  private let maximumBytes: Int

  package init(maximumBytes: Int = 4 << 20) { self.maximumBytes = maximumBytes }

  /// - Parameters:
  ///   - line: without its newline.
  ///   - id: greater than that of the line before.
  ///   - time: unix milliseconds.
  package mutating func append(_ line: UnsafeRawBufferPointer, id: StreamID, time: Int64) {
    prepare(for: id)
    current.bytes.writeBytes(line)
    current.bytes.writeInteger(UInt8(ascii: "\n"))
    current.count(id, time: time)
  }

  /// - Parameters:
  ///   - entry: one of ours, with an id that is greater than that of the line before.
  ///   - time: the event's own, in unix milliseconds; nil: that of the id.
  mutating func append(_ entry: StreamEntry, time: Int64?, as writer: inout ArchiveLineWriter) {
    prepare(for: entry.id)
    writer.write(entry, hasTime: time != nil, to: &current.bytes)
    current.count(entry.id, time: time ?? Int64(clamping: entry.id.milliseconds))
  }

  private mutating func prepare(for id: StreamID) {
    guard current.count > 0 else { return }
    if current.bytes.readableBytes >= maximumBytes || current.first.day != id.day {
      batches.append(current)
      current = .empty
    }
  }

  /// Takes memory for so many bytes of lines at once.
  mutating func reserve(_ bytes: Int) {
    if current.count == 0 { current.bytes.reserveCapacity(bytes) }
  }

  package consuming func finish() -> [LineBatch] {
    if current.count > 0 { batches.append(current) }
    return batches
  }
}

extension StreamID {
  /// Days since 1970-01-01 UTC.
  var day: UInt64 { milliseconds / 86_400_000 }
}

extension Int64 {
  /// Of unix milliseconds: days since 1970-01-01 UTC.
  var day: Int64 { self / 86_400_000 }
}
