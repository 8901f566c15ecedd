import HowUsedModel
import HowUsedStore
import Logging
import NIOCore
import Redis

/// Brings to safety what parts of an earlier run hold: nothing new when the stream still has it all, and else what Redis
/// lost.
struct PartRecovery: Sendable {
  let streams: EventStreams
  let writer: ArchiveWriter
  let partition: Partition
  let pageEvents: Int
  /// Redis's unix time in milliseconds.
  let now: @Sendable () -> Int64
  let logger: Logger

  /// - Parameter sealed: the last event in a sealed segment.
  func run(_ unsealed: UnsealedEvents, after sealed: StreamID) async throws {
    let isComplete = try await isAllInStream(unsealed, after: sealed)
    if !isComplete {
      logger.warning(
        "Redis lost events that open archive files hold: archiving them from there",
        metadata: ["partition": "\(partition)", "events": "\(unsealed.lines.count)"]
      )
    }
    // Also when the stream has them all: it may lose them before they are in a file again.
    do {
      try await copy(unsealed, after: sealed)
      if !isComplete { try await writer.seal(partition) }
    } catch let error as FileError {
      // A full disk must not be filled with copies, one for each attempt.
      try? await writer.drop(partition)
      throw error
    }
    // Only now: a crash before this finds them again.
    if !unsealed.parts.isEmpty { try await writer.discard(unsealed.parts) }
  }

  private func isAllInStream(_ unsealed: UnsealedEvents, after position: StreamID) async throws -> Bool {
    var missing = unsealed.lines[...]
    guard let end = missing.last?.id else { return true }
    var cursor = position
    while true {
      let page = try await streams.page(partition, after: cursor, through: end, count: pageEvents)
      var isWhole = true
      page.forEach { line, text in
        guard let first = missing.first, first.id <= line.id else { return }
        // After a failover one id may have been given to two events.
        isWhole = isWhole && first.id == line.id && unsealed.withBytes(of: first) { $0.elementsEqual(text) }
        missing.removeFirst()
      }
      guard isWhole else { return false }
      guard page.entries >= pageEvents, let last = page.last else { return missing.isEmpty }
      cursor = last
    }
  }

  /// Archives them together with what the stream has among them.
  private func copy(_ unsealed: UnsealedEvents, after position: StreamID) async throws {
    var merge = UnsealedMerge(unsealed)
    var cursor = position
    while let end = merge.end {
      let page = try await streams.page(partition, after: cursor, through: end, count: pageEvents)
      try await writer.append(merge.merge(page), partition, now: now())
      guard page.entries >= pageEvents, let last = page.last else { break }
      cursor = last
    }
    try await writer.append(merge.rest(), partition, now: now())
  }
}

/// Puts unsealed events among those that the stream still has, in the order of their ids, each once. Where the stream has
/// given the id to another event, that one is left there: it's taken in under a new id, as all are that have an archived one.
struct UnsealedMerge {
  private let events: UnsealedEvents
  private var next = 0

  init(_ events: UnsealedEvents) { self.events = events }

  /// The last one; nil if there is none.
  var end: StreamID? { events.lines.last?.id }

  /// What is to be archived up to and including the page's end.
  mutating func merge(_ page: EventStreams.Page) -> [LineBatch] {
    var builder = LineBatchBuilder()
    page.forEach { line, text in
      takeUnsealed(before: line.id, into: &builder)
      if next < events.lines.count, events.lines[next].id == line.id { return }
      builder.append(text, id: line.id, time: line.time)
    }
    if let last = page.last { takeUnsealed(before: last.next, into: &builder) }
    return builder.finish()
  }

  /// What is left when the stream has no more.
  mutating func rest() -> [LineBatch] {
    var builder = LineBatchBuilder()
    takeUnsealed(before: StreamID(milliseconds: .max, sequence: .max), into: &builder)
    return builder.finish()
  }

  private mutating func takeUnsealed(before id: StreamID, into builder: inout LineBatchBuilder) {
    while next < events.lines.count, events.lines[next].id < id {
      let line = events.lines[next]
      events.withBytes(of: line) { builder.append($0, id: line.id, time: line.time) }
      next += 1
    }
  }
}

/// What the parts that a crash left behind hold, and segments that were set aside as damaged: all lines of their whole
/// frames, each id once, ascending.
struct UnsealedEvents: Sendable {
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

  /// - Parameter position: everything up to here is in sealed segments already.
  static func read(_ log: PartitionLog, after position: StreamID) throws -> UnsealedEvents {
    var events = UnsealedEvents()
    let listing = try log.listing()
    events.parts = listing.parts.map { "\(log.folder)/\($0)" }
    for path in events.parts + listing.damaged.map({ "\(log.folder)/\($0)" }) {
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
        let trailer = frame.trailer
        if trailer.partition == partition, trailer.last > position { add(frame, partition, after: position) }
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
