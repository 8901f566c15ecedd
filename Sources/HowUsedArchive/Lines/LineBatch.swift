package import HowUsedModel
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

  package init(bytes: ByteBuffer, count: Int, first: StreamID, last: StreamID, minTime: Int64, maxTime: Int64) {
    self.bytes = bytes
    self.count = count
    self.first = first
    self.last = last
    self.minTime = minTime
    self.maxTime = maxTime
  }

  /// Without lines: only `note` makes it a batch.
  static let empty = LineBatch(bytes: ByteBuffer(), count: 0, first: .zero, last: .zero, minTime: .max, maxTime: .min)

  /// Counts a line that was added to `bytes`.
  ///
  /// - Parameter time: unix milliseconds.
  mutating func note(_ id: StreamID, time: Int64) {
    if count == 0 { first = id }
    count += 1
    last = id
    minTime = min(minTime, time)
    maxTime = max(maxTime, time)
  }
}

extension StreamID {
  static let millisecondsPerDay: UInt64 = 86_400_000

  /// Days since 1970-01-01 UTC.
  var day: UInt64 { milliseconds / Self.millisecondsPerDay }
}
