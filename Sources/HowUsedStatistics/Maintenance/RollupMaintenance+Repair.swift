import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// What is damaged, missing or of a removed bot.
extension RollupMaintenance {
  // MARK: Damage

  /// Makes a file anew, or lets it be made anew, or sets it aside. False when nothing is damaged.
  mutating func repair() throws -> Bool {
    if let (name, damage) = state?.damaged.first {
      try repair(name, damage)
      state?.damaged.removeAll { $0.name == name }
      return true
    }
    guard let month = state?.missingMonths.first else { return false }
    let name = RollupName(.month, 1...1, month: month)
    let damage = RollupDamage(path: "\(folder.path)/\(name.description.prefix(13))", reason: "is missing")
    if try reopen(month) { report.damages.append(damage) } else { report.lost.append(damage) }
    return true
  }

  /// Remembers damage that somebody came upon while reading a file.
  mutating func markDamaged(_ damage: RollupDamage) throws {
    guard let file = state?.files.values.first(where: { $0.path == damage.path }) else {
      // Not one of those that are there now: look again.
      return reload()
    }
    state?.damaged.append((file.name, damage))
  }

  private mutating func repair(_ name: RollupName, _ damage: RollupDamage) throws {
    guard let state else { return }
    let segments = name.segments
    switch name.kind {
    case .minutes:
      if RollupSet.file(holding: segments.lowerBound, in: state.set.days) != nil {
        report.damages.append(damage)
        try remove(name)
      } else if let file = state.segments.file(holding: segments.lowerBound), isThere(segments),
        state.segments.numbers(of: file) == segments
      {
        report.damages.append(damage)
        // In its place, so that it isn't missing for a moment.
        try count(file)
        if self.state?.uncountable[file] != nil { try setAside(name, damage) }
      } else {
        try dropOrSetAside(name, damage, canBeMade: isThere(segments))
      }
    case .day:
      try dropOrSetAside(name, damage, canBeMade: canBeCounted(segments))
    case .month:
      // First it is written down that segments are to be counted again: a crash must not leave the month forgotten.
      let canBeMade = try reopen(name.month)
      try dropOrSetAside(name, damage, canBeMade: canBeMade)
    case .known: try dropOrSetAside(name, damage, canBeMade: true)
    }
  }

  private mutating func dropOrSetAside(_ name: RollupName, _ damage: RollupDamage, canBeMade: Bool) throws {
    guard canBeMade else { return try setAside(name, damage) }
    report.damages.append(damage)
    try remove(name)
  }

  private mutating func setAside(_ name: RollupName, _ damage: RollupDamage) throws {
    let path = layout.path(name, partition)
    let kept = "\(path)\(RollupFolder.damagedMark)\(RandomName.make())"
    try Folder.rename(path, to: kept)
    try hook(.fileSetAside)
    try Folder.sync(folder.path)
    state?.remove(name)
    report.lost.append(RollupDamage(path: kept, reason: damage.reason))
  }

  private func isThere(_ segments: ClosedRange<UInt64>) -> Bool {
    guard let state else { return false }
    return segments.allSatisfy { number in
      state.segments.file(holding: number).map { state.uncountable[$0] == nil } ?? false
    }
  }

  /// Whether a day can be made again.
  private func canBeCounted(_ segments: ClosedRange<UInt64>) -> Bool {
    guard let state else { return false }
    return segments.allSatisfy { isThere($0...$0) || RollupSet.file(holding: $0, in: state.set.minutes) != nil }
  }

  /// Removes day files that hold a part of a joined segment: they are made again, with all of it.
  mutating func removeDays(overlapping file: RollupFile) throws {
    let segments = file.segments
    let days = state?.set.days.filter {
      $0.segments.overlaps(segments) && $0.segments.clamped(to: segments) != segments
    }
    for day in days ?? [] {
      guard canBeCounted(day.segments) else {
        try Folder.unlink(file.path)
        throw SegmentDamage(path: file.path, reason: "was joined of segments of which \(day.name) holds some")
      }
      if let known = state?.set.known { try remove(known.name) }
      try remove(day.name)
    }
  }

  /// Lets the segments be counted again that a month is made of, since their day files may be gone.
  /// - Returns: whether all of them are there.
  private mutating func reopen(_ month: Int64) throws -> Bool {
    guard let state, var progress = state.closed else { return true }
    var isWhole = true
    // Of what came before the month nothing is needed, and behind what is closed there are day files.
    if Int64(clamping: progress.floor.last.milliseconds / 1000) >= month {
      let closed = progress.floor.number
      let first = try firstSegment(since: month)
      // That the one before it is there, or that there never was one, says that none of the month's is missing.
      isWhole = first <= closed && isThere(first...closed) && (first == 1 || state.has(first - 1))
      if first <= closed {
        let file = state.segments.file(holding: first) ?? first
        let footer = try SegmentFooter.read(layout.archive.segment(file, partition))
        progress.floor = ArchiveFloor(number: first - 1, last: footer?.previous ?? .zero)
      }
    }
    progress.months.removeAll { $0 == month }
    if progress != state.closed { try write(progress) }
    return isWhole
  }

  /// The archive's first segment of ids since a time; one behind the last if there is none.
  private func firstSegment(since time: Int64) throws -> UInt64 {
    guard let state, let last = state.segments.last else { return .max }
    let files = state.segments.files
    let first = try files.partitioningIndex { number in
      let footer = try SegmentFooter.read(layout.archive.segment(number, partition))
      return Int64(clamping: (footer?.last.milliseconds ?? 0) / 1000) >= time
    }
    return first < files.count ? state.segments.numbers(of: files[first]).lowerBound : last + 1
  }

  // MARK: Segments that are others now

  /// Compares minute files with their segments, which may have been sealed anew under the same number. False when there is
  /// nothing to compare.
  mutating func checkSegments() throws -> Bool {
    for _ in 0..<256 {
      guard let number = state?.unchecked.popLast() else { return false }
      guard let state, let file = RollupSet.file(holding: number, in: state.set.minutes),
        try isOther(number, than: file)
      else { continue }
      if let day = RollupSet.file(holding: number, in: state.set.days) {
        // Who is known is made of the day files: of all again.
        if let known = state.set.known { try remove(known.name) }
        try remove(day.name)
      }
      if let segment = state.segments.file(holding: number), state.segments.numbers(of: segment) == file.segments {
        try count(segment)
      } else {
        try remove(file.name)
      }
      return true
    }
    return true
  }

  private func isOther(_ number: UInt64, than file: RollupFile) throws -> Bool {
    guard let state, isThere(number...number), let name = state.segments.file(holding: number) else { return false }
    if file.footer.inputs == RollupFooter.noInputs { return true }
    let path = layout.archive.segment(name, partition)
    guard let footer = try SegmentFooter.read(path), !footer.isPurged else { return false }
    // Merging changes no event.
    if footer.numbers != file.segments { return name == file.segments.upperBound && footer.last != file.footer.lastID }
    let segment = try File.openForReading(path)
    let size = RollupFolder.segmentDigestSize
    let digest = try segment.read(at: try segment.size() - size, count: size)
    guard digest != file.footer.inputs else { return false }
    return RollupSet.file(holding: number, in: state.set.days).map { canBeCounted($0.segments) } ?? true
  }

  /// Makes minute files of segments that a day file holds, but whose minutes somebody may still ask for. False when there
  /// are none.
  mutating func makeMinutes(_ input: MaintenanceInput) throws -> Bool {
    guard let state else { return false }
    let since = UInt64(clamping: input.now - retention.minutes * 1000)
    for number in state.segments.files.reversed() where number <= state.set.through.number {
      guard number > state.minutesFrom else { break }
      let hasMinutes = state.segments.numbers(of: number).allSatisfy { segment in
        RollupSet.file(holding: segment, in: state.set.minutes) != nil
      }
      if hasMinutes || state.uncountable[number] != nil { continue }
      guard let footer = try SegmentFooter.read(layout.archive.segment(number, partition)) else { continue }
      guard footer.last.milliseconds >= since else {
        self.state?.minutesFrom = number
        break
      }
      try count(number)
      return true
    }
    return false
  }

  // MARK: Removed bots

  /// Writes down the removals that aren't yet. False when all are.
  mutating func takeRemovals(_ input: MaintenanceInput) throws -> Bool {
    guard let state else { return false }
    let removals = RemovedBots.merged(state.removals, input.removals)
    guard removals != state.removals else { return false }
    try RemovedBots.write(removals, "\(folder.path)/\(RollupFolder.removedName)")
    try hook(.removalsWritten)
    self.state?.removals = removals
    return true
  }

  /// Takes removed bots out of files that were made before. False when there is nothing left to look at.
  mutating func carryOutRemovals() throws -> Bool {
    guard let state else { return false }
    if state.carried != state.removals {
      self.state?.carried = state.removals
      self.state?.uncarried = Array(state.files.keys)
    }
    guard !(self.state?.uncarried.isEmpty ?? true) else { return false }
    let merger = try merger()
    while let name = self.state?.uncarried.last {
      let rewritten = try self.state?.files[name].flatMap { try merger.withoutRemoved($0) }
      self.state?.uncarried.removeLast()
      if let rewritten {
        try made(rewritten)
        return true
      }
    }
    return false
  }

  // MARK: Verifying

  /// Compares one file with its digest; a day after it began with the first one it begins again.
  mutating func verifyOne(_ input: MaintenanceInput) throws {
    if state?.verifiedSince == 0 { state?.verifiedSince = input.now }
    guard let name = state?.unverified.last else {
      guard let state, input.now - state.verifiedSince >= UTCTime.millisecondsPerDay else { return }
      self.state?.unverified = state.files.keys.sorted(by: >)
      self.state?.verifiedSince = input.now
      return
    }
    guard let file = state?.files[name] else {
      _ = state?.unverified.popLast()
      return
    }
    do {
      try file.verify()
      report.verified.append(name.description)
    } catch let damage as RollupDamage {
      state?.damaged.append((name, damage))
    } catch is RollupGone {
      return reload()
    }
    state?.unverified.removeLast()
  }
}
