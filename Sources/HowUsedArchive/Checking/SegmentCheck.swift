import HowUsedModel

/// The check of one segment against its own footer, frame by frame and line by line.
struct SegmentCheck {
  private(set) var problems: [SegmentDamage] = []
  /// Lines read.
  private(set) var count = 0
  private let path: String
  private let number: UInt64
  private let partition: Partition
  private let footer: SegmentFooter
  private var last: StreamID
  private var seen: SegmentFooter
  private var isBehindDamage = false

  init(path: String, number: UInt64, partition: Partition, footer: SegmentFooter) {
    self.path = path
    self.number = number
    self.partition = partition
    self.footer = footer
    self.last = footer.previous
    self.seen = SegmentFooter(partition: partition, number: number, previous: footer.previous)
  }

  /// Goes on behind what is damaged.
  mutating func run(_ reader: SegmentReader) {
    var reader = reader
    let digestMatches = reader.digestMatches()
    var isWhole = true
    while true {
      do {
        guard let frame = try reader.next() else { break }
        check(frame)
        isBehindDamage = false
      } catch {
        // What looks like a frame inside of a damaged one isn't told again.
        if !isBehindDamage { problems.append(error) }
        isWhole = false
        isBehindDamage = true
        guard reader.skipDamage() else { break }
      }
    }
    // Damage has made the rest differ: nothing new.
    guard isWhole else { return }
    if !digestMatches {
      problem(nil, "its SHA-256 is not the one in its footer, though every frame decodes")
    }
    compareFooter()
  }

  private mutating func compareFooter() {
    seen.flags = footer.flags
    seen.start = footer.start
    if footer.isPurged {
      // Lines were taken out on purpose: the times are still those of all that the segment covered.
      if count > 0, seen.minTime < footer.minTime || seen.maxTime > footer.maxTime {
        problem(footer.start, "holds events of other times than its footer says")
      }
      seen.minTime = footer.minTime
      seen.maxTime = footer.maxTime
    }
    if seen != footer {
      problem(footer.start, "the footer says \(Self.summary(footer)), read was \(Self.summary(seen))")
    }
    if footer.first.day != footer.last.day { problem(footer.start, "holds more than one UTC day") }
  }

  private mutating func check(_ frame: SegmentReader.Frame) {
    let trailer = frame.trailer
    if isBehindDamage {
      last = max(last, trailer.previous)
    } else if trailer.previous != last {
      problem(frame.offset, "the frame continues after \(trailer.previous), but the one before it ends at \(last)")
    }
    if trailer.partition != partition { problem(frame.offset, "the frame's trailer says \(trailer.partition)") }
    var batch = LineBatch.empty
    frame.lines.withUnsafeBytes { lines in
      ArchiveLine.forEach(in: lines) { check($0, frame, &batch) }
    }
    count += batch.count
    if batch.count != trailer.count {
      problem(frame.offset, "the frame holds \(batch.count) events, its trailer says \(trailer.count)")
    }
    if footer.isPurged {
      checkCoverage(&batch, frame)
    } else if batch.first != trailer.first || batch.last != trailer.last {
      problem(frame.offset, "the frame's events are not \(trailer.first) to \(trailer.last), as its trailer says")
    }
    if batch.count == 0 { batch.last = last }
    seen.add(batch, rawBytes: frame.lines.count, written: 0)
  }

  private mutating func check(
    _ line: UnsafeRawBufferPointer,
    _ frame: SegmentReader.Frame,
    _ batch: inout LineBatch
  ) {
    guard let parsed = ArchiveLine(line), parsed.partition == partition else {
      return problem(frame.offset, "line \(batch.count + 1) of the frame is not a line of \(partition)")
    }
    if parsed.id <= last { problem(frame.offset, "event \(parsed.id) comes after \(last)") }
    if parsed.time > Int64(clamping: parsed.id.milliseconds) + UTCTime.millisecondsPerDay {
      problem(frame.offset, "event \(parsed.id) says \(UTCTime.format(milliseconds: parsed.time)), later than its id")
    }
    last = max(last, parsed.id)
    batch.count(parsed.id, time: parsed.time)
  }

  /// Lines may be missing anywhere, so that what is left lies within what the trailer says, and the next frame continues
  /// where the trailer ends.
  private mutating func checkCoverage(_ batch: inout LineBatch, _ frame: SegmentReader.Frame) {
    let trailer = frame.trailer
    if trailer.first <= trailer.previous || trailer.first > trailer.last {
      problem(frame.offset, "the frame's trailer says \(trailer.first) to \(trailer.last), after \(trailer.previous)")
    }
    if batch.count > 0, batch.first < trailer.first || batch.last > trailer.last {
      problem(frame.offset, "the frame's events are not within its trailer's \(trailer.first) to \(trailer.last)")
    }
    batch.first = trailer.first
    batch.last = trailer.last
    last = trailer.last
  }

  private mutating func problem(_ offset: Int?, _ reason: String) {
    problems.append(SegmentDamage(path: path, offset: offset, reason: reason))
  }

  private static func summary(_ footer: SegmentFooter) -> String {
    """
    segment \(footer.number), \(footer.frames) frames, \(footer.count) events, \(footer.rawBytes) bytes, \
    \(footer.first) to \(footer.last), times \(footer.minTime) to \(footer.maxTime)
    """
  }
}
