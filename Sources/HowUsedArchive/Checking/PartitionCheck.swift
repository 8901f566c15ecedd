import HowUsedModel
import HowUsedStore

/// The check of one partition.
struct PartitionCheck {
  private(set) var report = VerifyReport()
  private let log: PartitionLog
  private let dated: DatedNames
  /// As of the last look: retention may move it meanwhile.
  private var floor = LogPosition.start
  /// Where the next segment must continue; nil after a segment that could not be read.
  private var position: LogPosition?
  /// What it was before each segment that was checked: of those that a joined one stands for only that one counts.
  private var before: [(number: UInt64, counts: VerifyReport, problems: Int, position: LogPosition?)] = []

  init(log: PartitionLog, dated: DatedNames) {
    self.log = log
    self.dated = dated
  }

  mutating func run(progress: (Int) -> Void) throws {
    // First, so that all that it tells of must be in the listing.
    let head = try mark(log.layout.head(log.partition))
    try readFloor()
    position = floor
    let numbers = try log.numbers()
    for number in numbers where number > floor.number {
      do {
        try check(number, isNewest: number == numbers.last)
      } catch let damage as SegmentDamage {
        report.problems.append(damage)
        position = nil
      } catch let error as FileError where error.isMissing {
        try explainMissing(number)
      } catch let error as FileError where error.isUnreadable {
        problem(log.layout.segment(number, log.partition), "\(error)")
        position = nil
      }
      progress(report.segments)
    }
    try checkEnd(head, newest: numbers.last ?? 0)
    try checkStrays(Set(numbers))
    for path in try log.damaged() { problem(path, "was set aside as damaged") }
    report.parts += try log.parts().count
  }

  /// A place that a small file tells; nil when there is none, or it's damaged.
  private mutating func mark(_ path: String) throws -> LogPosition? {
    do {
      return try PositionFile.read(path)
    } catch let damage as SegmentDamage {
      if !report.problems.contains(damage) { report.problems.append(damage) }
      return nil
    }
  }

  private mutating func readFloor() throws {
    let read = try mark(log.layout.floor(log.partition)) ?? .start
    if read.number > floor.number { floor = read }
  }

  private mutating func check(_ number: UInt64, isNewest: Bool) throws {
    let path = log.layout.segment(number, log.partition)
    let reader = try SegmentReader.segment(path)
    guard let footer = reader.footer else { return }
    forget(reader, footer.numbers)
    remember(number)
    report.segments += 1
    report.bytes += reader.size
    try checkPlace(number, footer, path)
    position = LogPosition(last: footer.last, number: number)
    var check = SegmentCheck(path: path, number: number, partition: log.partition, footer: footer)
    check.run(reader)
    report.events += check.count
    report.problems += check.problems
    try checkDated(reader, footer, number, isNewest: isNewest)
  }

  private mutating func remember(_ number: UInt64) {
    var counts = report
    counts.problems = []
    before.append((number, counts, report.problems.count, position))
  }

  /// Files of what a joined segment stands for may be left of a joining that was killed, or is going on.
  private mutating func forget(_ reader: SegmentReader, _ numbers: ClosedRange<UInt64>) {
    guard let last = before.last, last.number >= numbers.lowerBound, reader.digestMatches() else { return }
    while let last = before.last, last.number >= numbers.lowerBound {
      let problems = report.problems.prefix(last.problems)
      report = last.counts
      report.problems = Array(problems)
      position = last.position
      before.removeLast()
    }
  }

  private mutating func checkPlace(_ number: UInt64, _ footer: SegmentFooter, _ path: String) throws {
    let first = footer.numbers.lowerBound
    guard let position, first != position.number + 1 || footer.previous != position.last else { return }
    // Retention may be at it: it writes down how far it goes, and then removes one after the other.
    try readFloor()
    if number <= floor.number || first == floor.number + 1 && footer.previous == floor.last { return }
    if footer.numbers.contains(floor.number), footer.previous < floor.last { return }
    if first > position.number + 1 {
      problem(path, "segments \(position.number + 1) to \(first - 1) are missing")
    } else {
      problem(path, "continues after \(footer.previous), but the events before it end at \(position.last)")
    }
  }

  /// What was listed and is gone.
  private mutating func explainMissing(_ number: UInt64) throws {
    try readFloor()
    if number <= floor.number {
      position = floor
    } else if try log.joined(over: number) == nil {
      problem(log.layout.segment(number, log.partition), "was there when this check began, and is gone")
      position = nil
    }
  }

  // MARK: Readers' names

  private mutating func checkDated(
    _ reader: SegmentReader,
    _ footer: SegmentFooter,
    _ number: UInt64,
    isNewest: Bool
  ) throws {
    let date = footer.date
    let right = log.layout.dated(number, log.partition, date: date)
    for name in dated.names(of: number, log.partition) {
      let path = log.layout.dated(number, log.partition, date: name.date)
      if name.date != date, try Folder.status(of: path) != nil { problem(path, "belongs to date=\(date)") }
      let copy = DatedCopy(log: log, segment: reader.path, copy: path)
      if let offset = try copy.difference(), try !copy.isFromBeforeJoining(number) {
        report.problems.append(
          SegmentDamage(path: path, offset: offset, reason: "is not what \(reader.path) is from here on")
        )
      }
    }
    // The newest one's name may be about to be made, others may have been made since the names were listed, and of old
    // ones retention removes it first.
    if !isNewest, try Folder.status(of: right) == nil {
      try readFloor()
      guard number > floor.number, try log.joined(over: number) == nil else { return }
      problem(reader.path, "has no name in \(log.layout.dateFolder(date))")
    }
  }

  /// Dated names without a segment: readers would see what the log does not hold, or see it twice.
  private mutating func checkStrays(_ known: Set<UInt64>) throws {
    let strays = dated.all(of: log.partition).filter { !known.contains($0.number) }
    guard !strays.isEmpty else { return }
    let now = Set(try log.numbers())
    for name in strays where !now.contains(name.number) {
      let path = log.layout.dated(name.number, log.partition, date: name.date)
      if try Folder.status(of: path) != nil { problem(path, "has no segment in \(log.layout.folder(log.partition))") }
    }
  }

  // MARK: The end

  /// - Parameters:
  ///   - head: how far was sealed before the segments were listed.
  ///   - newest: the last number that was listed.
  private mutating func checkEnd(_ head: LogPosition?, newest: UInt64) throws {
    guard let head else { return }
    try readFloor()
    let end = max(newest, floor.number)
    let path = log.layout.segment(head.number, log.partition)
    if head.number > end {
      // What was set aside is told already.
      if try log.damaged().contains(where: { $0.hasPrefix(path) }) { return }
      problem(path, "is missing: segments \(end + 1) to \(head.number) were sealed")
    } else if let position, position.number == head.number, position.last != head.last {
      // Unless it was set aside and sealed again meanwhile.
      if try mark(log.layout.head(log.partition)) != head { return }
      problem(path, "ends at \(position.last), but was sealed through \(head.last)")
    }
  }

  private mutating func problem(_ path: String, _ reason: String) {
    report.problems.append(SegmentDamage(path: path, reason: reason))
  }
}
