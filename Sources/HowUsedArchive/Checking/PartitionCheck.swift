import HowUsedModel
import HowUsedStore

/// The check of one partition.
struct PartitionCheck {
  private(set) var report = VerifyReport()
  private let log: PartitionLog
  /// Where the next segment must continue; nil after a segment that could not be read.
  private var position: LogPosition?

  init(log: PartitionLog) { self.log = log }

  mutating func run(dated: [DatedNames.Name], progress: (Int) -> Void) throws {
    let floor = try log.floor()
    let numbers = try log.numbers().filter { $0 > floor?.number ?? 0 }
    position = LogPosition(last: floor?.last ?? .zero, number: floor?.number ?? 0)
    for number in numbers {
      do {
        try check(number, dated: dated, isNewest: number == numbers.last)
      } catch let damage as SegmentDamage {
        report.problems.append(damage)
        position = nil
      } catch let error as FileError where error.isMissing {
        // Retention removed it meanwhile; a gap shows when the next one is checked against this.
        position = try log.floor().map { LogPosition(last: $0.last, number: $0.number) }
      }
      progress(report.segments)
    }
    try checkStrays(dated, known: Set(numbers))
    for path in try log.damaged() {
      report.problems.append(SegmentDamage(path: path, reason: "was set aside as damaged"))
    }
    report.parts += try log.parts().count
  }

  private mutating func check(_ number: UInt64, dated: [DatedNames.Name], isNewest: Bool) throws {
    let path = log.layout.segment(number, log.partition)
    let reader = try SegmentReader.segment(path)
    guard let footer = reader.footer else { return }
    report.segments += 1
    report.bytes += reader.size
    if let position, number != position.number + 1 {
      problem(path, "segments \(position.number + 1) to \(number - 1) are missing")
    } else if let position, footer.previous != position.last {
      problem(path, "continues after \(footer.previous), but the events before it end at \(position.last)")
    }
    position = LogPosition(last: footer.last, number: number)
    var check = SegmentCheck(path: path, number: number, partition: log.partition, footer: footer)
    try check.run(reader)
    report.events += check.count
    report.problems += check.problems
    try checkDated(path, footer, dated, isNewest: isNewest)
  }

  private mutating func checkDated(
    _ path: String,
    _ footer: SegmentFooter,
    _ dated: [DatedNames.Name],
    isNewest: Bool
  ) throws {
    let date = footer.date
    let names = dated.filter { $0.number == footer.number }
    // The newest one's name may be about to be made, and others may have been made since the names were listed.
    if names.isEmpty, !isNewest,
      try Folder.status(of: log.layout.dated(footer.number, log.partition, date: date)) == nil
    {
      problem(path, "has no name in \(log.layout.dateFolder(date))")
    }
    for name in names {
      if name.date != date { problem(name.path, "belongs to date=\(date)") }
      guard let one = try Folder.status(of: path), let other = try Folder.status(of: name.path) else { continue }
      // A backup may have made copies of the links: those are the same if their footers are.
      if one.isSameFile(as: other) { continue }
      if try one.size != other.size || SegmentFooter.read(name.path) != footer {
        problem(name.path, "is another file than \(path)")
      }
    }
  }

  /// Dated names without a segment: readers would see what the log does not hold, or see it twice.
  private mutating func checkStrays(_ dated: [DatedNames.Name], known: Set<UInt64>) throws {
    for name in dated where !known.contains(name.number) {
      if try Folder.status(of: name.path) != nil, try !log.numbers().contains(name.number) {
        problem(name.path, "has no segment in \(log.layout.folder(log.partition))")
      }
    }
  }

  private mutating func problem(_ path: String, _ reason: String) {
    report.problems.append(SegmentDamage(path: path, reason: reason))
  }
}
