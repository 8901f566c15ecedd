import HowUsedArchive
import HowUsedModel

/// Goes through the sealed segments of a partition once, in order, and sees those that are sealed meanwhile.
struct ArchiveCursor {
  private let log: PartitionLog
  /// The newest segment that was read.
  private var number: UInt64 = 0
  private var reader: SegmentReader?

  init(_ log: PartitionLog) { self.log = log }

  /// Some lines in their order, each ended by a newline; nil when there is no more sealed.
  mutating func next() throws -> [UInt8]? {
    while true {
      if var reader {
        let frame = try reader.next()
        self.reader = frame == nil ? nil : reader
        if let frame { return frame.lines }
      }
      guard let next = try log.numbers().first(where: { $0 > number }) else { return nil }
      reader = try SegmentReader.segment(log.layout.segment(next, log.partition))
      number = next
    }
  }

  /// Whether something was sealed that `next` hasn't given yet.
  func hasMore() throws -> Bool {
    if reader != nil { return true }
    return try log.numbers().contains { $0 > number }
  }

  /// The last id in the sealed segments; zero without any.
  func sealedThrough() throws -> StreamID {
    guard let last = try log.numbers().last else { return try log.floor()?.last ?? .zero }
    return try SegmentFooter.read(log.layout.segment(last, log.partition))?.last ?? .zero
  }
}
