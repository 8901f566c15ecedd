import Crypto
import HowUsedModel

/// Several sealed segments, which follow each other, as one: their frames as they are, behind them one footer. It has the
/// last one's number, and says how many it stands for.
struct JoinedSegment {
  /// Of the segments that were added.
  private(set) var count = 0
  private(set) var footer: SegmentFooter?
  private var bytes: [UInt8] = []

  /// Whether another segment of these can be joined with them.
  /// - Parameter limits: as for a new segment.
  static func accepts(_ run: [SegmentFooter], _ next: SegmentFooter, _ limits: ArchiverConfiguration) -> Bool {
    guard let first = run.first, let last = run.last else { return true }
    return next.numbers.lowerBound == last.number + 1 && next.previous == last.last
      && next.date == first.date && next.isAhead == first.isAhead
      && next.last.day == first.first.day
      && next.number - first.numbers.lowerBound < UInt64(SegmentFooter.mostJoined)
      && run.reduce(next.count) { $0 + $1.count } <= limits.maximumEvents
      && run.reduce(next.rawBytes) { $0 + $1.rawBytes } <= limits.maximumRawBytes
  }

  /// - Parameter reader: a segment that was validated, and follows those before.
  mutating func add(_ reader: SegmentReader, _ next: SegmentFooter) {
    bytes += reader.frames
    count += 1
    guard var footer else {
      self.footer = next
      return
    }
    let first = footer.numbers.lowerBound
    footer.number = next.number
    footer.flags = (footer.flags | next.flags) & (SegmentFooter.purgedFlag | SegmentFooter.aheadFlag)
    footer.join(from: first)
    footer.frames += next.frames
    footer.last = next.last
    footer.count += next.count
    footer.rawBytes += next.rawBytes
    footer.minTime = min(footer.minTime, next.minTime)
    footer.maxTime = max(footer.maxTime, next.maxTime)
    footer.start = bytes.count
    self.footer = footer
  }

  /// The whole file.
  func encoded(_ footer: SegmentFooter) -> [UInt8] {
    var digest = SHA256()
    bytes.withUnsafeBytes { digest.update(bufferPointer: $0) }
    return bytes + footer.encoded(digest: digest)
  }
}
