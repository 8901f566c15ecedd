import HowUsedModel
import HowUsedStore

/// Looks up stream entries in a partition's sealed segments: in the order of their ids, reading each file once.
struct ArchivedLines {
  private let log: PartitionLog
  /// What was up to here was archived, and removed by age since.
  private let removed: StreamID
  /// Those not read yet, the newest first.
  private var numbers: [UInt64] = []
  private var reader: SegmentReader?
  private var frame: [UInt8] = []
  private var lines: [(line: ArchiveLine, range: Range<Int>)] = []
  private var next = 0
  private var isPurged = false

  /// - Parameters:
  ///   - first: the first id that will be looked up.
  ///   - old: unix milliseconds; what was removed by age was older. A floor that is not came from a wrong clock.
  init(_ log: PartitionLog, from first: StreamID, old: Int64) throws {
    self.log = log
    removed = min(try log.floor()?.last ?? .zero, StreamID(milliseconds: UInt64(max(0, old)), sequence: 0))
    for number in try log.numbers().reversed() {
      guard let footer = try log.footerIfThere(number) else {
        // Joined with later ones since it was listed.
        if try Folder.status(of: log.layout.segment(number, log.partition)) == nil { continue } else { break }
      }
      guard footer.last >= first else { break }
      numbers.append(number)
    }
  }

  /// The entries that are in no file. Two events may have got one id, where Redis lost one of them: so what they say is
  /// compared, too. What a purge may have taken out isn't missed.
  /// - Parameter entries: behind those of the last call.
  mutating func misplaced(among entries: StreamEntries) throws -> [MisplacedEvent] {
    var misplaced: [MisplacedEvent] = []
    var failure: (any Error)?
    _ = entries.forEach { entry in
      do {
        if try !holds(entry), let event = MisplacedEvent(entry) { misplaced.append(event) }
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    return misplaced
  }

  private mutating func holds(_ entry: StreamEntry) throws -> Bool {
    if entry.id <= removed { return true }
    while true {
      while next < lines.count, lines[next].line.id < entry.id { next += 1 }
      if next < lines.count {
        let (line, range) = lines[next]
        return line.id == entry.id && isSame(line, range, entry) || isPurged
      }
      if let footer = reader?.footer, footer.last >= entry.id, isPurged { return true }
      guard try readFrame() else { return false }
    }
  }

  private func isSame(_ line: ArchiveLine, _ range: Range<Int>, _ entry: StreamEntry) -> Bool {
    guard let event = entry.event else { return true }
    guard line.time == event.time ?? Int64(clamping: entry.id.milliseconds) else { return false }
    let rest = frame[range].dropFirst(line.rest).dropLast()
    // The fragment begins with the time, if it has one.
    return entry.fragment.count >= rest.count && entry.fragment.suffix(rest.count).elementsEqual(rest)
  }

  /// Returns false at the end of the last segment. What is damaged is left out: what can't be read there is better archived
  /// again, while the stream has it.
  private mutating func readFrame() throws -> Bool {
    lines.removeAll(keepingCapacity: true)
    next = 0
    while true {
      do {
        if let frame = try reader?.next() {
          take(frame.lines)
          return true
        }
      } catch {
        if reader?.skipDamage() == true { continue }
      }
      guard let number = numbers.popLast() else { return false }
      reader = try Self.open(log.layout.segment(number, log.partition))
      isPurged = reader?.footer?.isPurged ?? false
    }
  }

  private static func open(_ path: String) throws -> SegmentReader? {
    do {
      return try SegmentReader.segment(path)
    } catch is SegmentDamage {
      return try SegmentReader.part(path)
    } catch let error as FileError where error.isMissing {
      // Removed by age since it was listed, or joined with later ones.
      return nil
    }
  }

  private mutating func take(_ bytes: [UInt8]) {
    frame = bytes
    bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      ArchiveLine.forEach(in: bytes) { line in
        guard let parsed = ArchiveLine(line), let base = line.baseAddress else { return }
        lines.append((parsed, base - start..<base - start + line.count))
      }
    }
  }
}
