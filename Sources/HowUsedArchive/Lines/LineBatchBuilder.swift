package import HowUsedModel

/// Collects ready lines into batches, none of which spans two UTC days or grows much beyond `maximumBytes`.
package struct LineBatchBuilder {
  private var batches: [LineBatch] = []
  private var current: LineBatch?
  private let maximumBytes: Int

  package init(maximumBytes: Int = 4 << 20) { self.maximumBytes = maximumBytes }

  /// - Parameters:
  ///   - line: without its newline.
  ///   - id: greater than that of the line before.
  ///   - time: unix milliseconds.
  package mutating func append(_ line: UnsafeRawBufferPointer, id: StreamID, time: Int64) {
    if let batch = current, batch.bytes.count >= maximumBytes || batch.first.day != id.day {
      batches.append(batch)
      current = nil
    }
    var batch = current ?? LineBatch(bytes: [], count: 0, first: id, last: id, minTime: time, maxTime: time)
    current = nil
    batch.bytes.append(contentsOf: line)
    batch.bytes.append(0x0A)
    batch.count += 1
    batch.last = id
    batch.minTime = min(batch.minTime, time)
    batch.maxTime = max(batch.maxTime, time)
    current = batch
  }

  package consuming func finish() -> [LineBatch] {
    if let current { batches.append(current) }
    return batches
  }
}
