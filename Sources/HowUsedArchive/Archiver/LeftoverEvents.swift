import HowUsedModel

/// What the parts that a crash left behind hold, and segments that were set aside as damaged: all lines of their whole
/// frames, each id once, ascending.
struct LeftoverEvents: Sendable {
  struct Line: Sendable {
    let id: StreamID
    let time: Int64
    fileprivate let source: Int
    fileprivate let range: Range<Int>
  }

  private(set) var lines: [Line] = []
  /// Parts to remove when their events are safe. Damaged segments are kept.
  private(set) var parts: [String] = []
  private var frames: [[UInt8]] = []

  var isEmpty: Bool { lines.isEmpty }

  /// - Parameter position: everything up to here is in sealed segments already.
  static func read(_ log: PartitionLog, after position: StreamID) throws -> LeftoverEvents {
    var events = LeftoverEvents()
    events.parts = try log.parts()
    for path in try events.parts + log.damaged() {
      do {
        try events.add(path, log.partition, after: position)
      } catch let error as FileError where error.isMissing {
        // Its owner is alive and has just sealed or dropped it.
      }
    }
    events.lines.sort { $0.id < $1.id }
    var previous: StreamID?
    events.lines.removeAll { line in
      defer { previous = line.id }
      return line.id == previous
    }
    return events
  }

  private mutating func add(_ path: String, _ partition: Partition, after position: StreamID) throws {
    var reader = try SegmentReader.part(path)
    while true {
      do {
        guard let frame = try reader.next() else { return }
        if frame.mark.partition == partition, frame.mark.last > position { add(frame, partition, after: position) }
      } catch {
        // A torn end, a footer, or damage: behind it more whole frames may follow.
        guard reader.skipDamage() else { return }
      }
    }
  }

  private mutating func add(_ frame: SegmentReader.Frame, _ partition: Partition, after position: StreamID) {
    var found: [Line] = []
    var isOurs = true
    frame.lines.withUnsafeBytes { bytes in
      ArchiveLine.forEach(in: bytes) { line in
        guard let parsed = ArchiveLine(line), parsed.partition == partition, let base = line.baseAddress,
          let start = bytes.baseAddress
        else {
          isOurs = false
          return
        }
        guard parsed.id > position else { return }
        let offset = base - start
        let range = offset..<offset + line.count
        found.append(Line(id: parsed.id, time: parsed.time, source: frames.count, range: range))
      }
    }
    guard isOurs, !found.isEmpty else { return }
    frames.append(frame.lines)
    lines += found
  }

  /// Without its newline.
  func withBytes<Result>(of line: Line, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try frames[line.source].withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[line.range])) }
  }
}
