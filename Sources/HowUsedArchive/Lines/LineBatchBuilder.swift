package import HowUsedModel
internal import NIOCore

/// Collects ready lines into batches, none of which spans two UTC days or grows much beyond `maximumBytes`.
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
    if current.bytes.readableBytes >= maximumBytes || (current.count > 0 && current.first.day != id.day) {
      batches.append(current)
      current = .empty
    }
    current.bytes.writeBytes(line)
    current.bytes.writeInteger(UInt8(ascii: "\n"))
    current.note(id, time: time)
  }

  package consuming func finish() -> [LineBatch] {
    if current.count > 0 { batches.append(current) }
    return batches
  }
}
