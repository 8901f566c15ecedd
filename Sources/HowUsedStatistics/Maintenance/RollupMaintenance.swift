import HowUsedArchive
package import HowUsedModel
import HowUsedStore

/// Keeps one partition's files of statistics up to date, in small steps, each of which leaves them right. All calls
/// block; only one process at a time works on a partition.
///
/// ```
/// while try maintenance.step(input) == .worked { publish(maintenance.set) }
/// ```
package struct RollupMaintenance: Sendable {
  package let layout: RollupLayout
  package let partition: Partition
  let retention: StatisticsRetention
  let hook: RollupHook
  /// Others are for tests.
  var limits = SectionMerge.Limits()

  /// The files as of the last step.
  package private(set) var set: RollupSet
  var report = MaintenanceReport()
  /// Nil: the files have to be looked at first.
  var state: MaintenanceState?
  private let owner = Array(RandomName.make().utf8)
  private var reportedLost: Set<String> = []

  package init(
    _ layout: RollupLayout,
    _ partition: Partition,
    retention: StatisticsRetention = StatisticsRetention(),
    hook: @escaping RollupHook = { _ in }
  ) {
    self.layout = layout
    self.partition = partition
    self.retention = retention
    self.hook = hook
    set = RollupSet(partition)
  }

  var folder: RollupFolder { RollupFolder(layout: layout, partition: partition) }

  /// What happened since this was last called.
  package mutating func takeReport() -> MaintenanceReport {
    defer { report = MaintenanceReport() }
    return report
  }

  /// Does what is most urgent.
  /// - Throws: `FileError`, `ZstdError`, and `SegmentDamage` of the archive's floor: nothing is lost, and the next step
  ///   looks at the files anew.
  package mutating func step(_ input: MaintenanceInput) throws -> MaintenanceProgress {
    try Folder.make(folder.path)
    guard let lock = try MaintenanceLock.take("\(folder.path)/\(RollupFolder.lockName)", owner: owner) else {
      set = try folder.load().set
      return .busy
    }
    defer { lock.unlock() }
    let isFresh = try state == nil || !isCurrent || !lock.wasOurs()
    isCurrent = false
    if isFresh {
      try lock.claim()
      try load()
    }
    isCurrent = true
    do {
      let progress = try work(input, isFresh: isFresh)
      set = state?.set ?? set
      return progress
    } catch {
      isCurrent = false
      throw error
    }
  }

  /// Whether the files are what ``state`` says.
  private var isCurrent = false

  /// Lets the next step look at the files anew.
  mutating func reload() { isCurrent = false }

  private mutating func load() throws {
    let loaded = try folder.load()
    for name in loaded.listing.leftovers { try Folder.unlink("\(folder.path)/\(name)") }
    var state = MaintenanceState(loaded)
    if let old = self.state { state.takeRounds(of: old) }
    self.state = state
    set = state.set
    report.damages += loaded.damages
    for name in loaded.listing.lost + loaded.listing.foreign where reportedLost.insert(name).inserted {
      if loaded.listing.foreign.contains(name) {
        report.foreign.append(name)
      } else {
        report.lost.append(RollupDamage(path: "\(folder.path)/\(name)", reason: "was set aside as damaged"))
      }
    }
  }

  private mutating func work(_ input: MaintenanceInput, isFresh: Bool) throws -> MaintenanceProgress {
    do {
      if try takeRemovals(input) || repair() || checkSegments() { return .worked }
      if try carryOut(input) { return .worked }
      // Listing a long archive costs more than a step: it is done when there is nothing else.
      if !isFresh { try state?.list(PartitionLog(layout: layout.archive, partition: partition)) }
      if try carryOut(input) || makeMinutes(input) || carryOutRemovals() { return .worked }
      try verifyOne(input)
      return isCurrent && state?.damaged.isEmpty ?? true ? .idle : .worked
    } catch let damage as RollupDamage {
      try markDamaged(damage)
      return .worked
    } catch is RollupGone {
      reload()
      return .worked
    }
  }

  // MARK: What the plan says

  /// False when there is nothing.
  private mutating func carryOut(_ input: MaintenanceInput) throws -> Bool {
    guard let state else { return false }
    let plan = MaintenancePlan(
      set: state.set,
      segments: state.segments,
      uncountable: Set(state.uncountable.keys),
      input: input,
      retention: retention
    )
    guard let task = plan.next() else { return false }
    switch task {
    case .count(let number): try count(number)
    case .gap(let range): try made(try merger().gap(range, lastID: try lastID(before: range.upperBound + 1, range)))
    case .mergeDay(let files): try made(try merger().day(files))
    case .mergeKnown(let files): try made(try merger().known(files))
    case .mergeMonth(let month, let files, let last, let bucket):
      try made(try merger().month(month, files, through: last, bucket: bucket))
    case .coarsen(let file): try made(try merger().coarsened(file, bucket: BaseBucket.day.seconds))
    case .remove(let file): try remove(file.name)
    case .close(let last): try close(through: last)
    }
    return true
  }

  func merger() throws(ZstdError) -> RollupMerger {
    try RollupMerger(layout, partition, removals: state?.removals ?? [:], limits: limits, hook: hook)
  }

  mutating func made(_ file: RollupFile?) throws {
    guard let file else { return }
    state?.add(file)
    report.made.append(file.name.description)
  }

  mutating func remove(_ name: RollupName) throws {
    try Folder.unlink(layout.path(name, partition))
    try hook(.fileRemoved)
    state?.remove(name)
    report.removed.append(name.description)
  }

  /// - Parameter number: of a file.
  mutating func count(_ number: UInt64) throws {
    let counter = SegmentCounter(
      removals: state?.removals ?? [:],
      compressor: try ZstdCompressor(level: 1),
      hook: hook
    )
    do {
      let counted = try counter.write(number, partition, in: layout)
      try removeDays(overlapping: counted.file)
      try made(counted.file)
      report.segments += 1
      report.events += counted.events
      // What was sealed under the number before may have ended elsewhere.
      let before = counted.file.segments.lowerBound - 1
      if let file = state?.set.file(holding: before), file.footer.lastID != counted.previous {
        state?.unchecked.append(before)
      }
    } catch let damage as SegmentDamage {
      state?.uncountable[number] = try Folder.status(of: layout.archive.segment(number, partition))
      report.segmentDamages.append(damage.description)
    } catch let error as FileError where error.isMissing {
      // Removed by age, or set aside, since the archive was listed.
      reload()
    }
  }

  /// The last id of segments that aren't there, from what is.
  private func lastID(before next: UInt64, _ range: ClosedRange<UInt64>) throws -> StreamID {
    if let segments = state?.segments, let file = segments.file(holding: next),
      segments.numbers(of: file).lowerBound == next,
      let footer = try SegmentFooter.read(layout.archive.segment(file, partition))
    {
      return footer.previous
    }
    let before = state?.set.file(holding: range.lowerBound - 1)?.footer.lastID
    return before ?? state?.set.closed.last ?? .zero
  }

  /// Removes day files that months stand for, after it was written down that nobody has to count their segments again.
  private mutating func close(through last: RollupFile) throws {
    let closed = state?.set.days.filter { $0.segments.upperBound <= last.segments.upperBound } ?? []
    let old = state?.closed
    let floor = ArchiveFloor(number: last.segments.upperBound, last: last.footer.lastID)
    let months = closed.flatMap(\.months).map(\.lowerBound) + (old?.months ?? [])
    let progress = MonthProgress(
      floor: old.map { $0.floor.number > floor.number ? $0.floor : floor } ?? floor,
      months: Set(months).sorted()
    )
    if progress != old { try write(progress) }
    for file in closed { try remove(file.name) }
  }

  mutating func write(_ progress: MonthProgress) throws {
    try progress.write("\(folder.path)/\(RollupFolder.closedName)")
    try hook(.closedWritten)
    state?.closed = progress
  }
}

/// What a ``RollupMaintenance`` can't see for itself.
package struct MaintenanceInput: Sendable {
  /// Unix milliseconds.
  package var now: Int64
  /// Unix seconds: no event whose id is from before this will be sealed any more. A day is closed by that or by a segment
  /// of a later day.
  package var closedBefore: Int64
  /// Bots that were removed, at which id; those that a partition's files know already may be left out.
  package var removals: [Int64: StreamID]
  /// The last segment that was there when ``removals`` were read: later ones wait for newer input, so that no file is
  /// made without a removal that belongs into it. Nil: no limit.
  package var sealedThrough: UInt64?

  package init(
    now: Int64,
    closedBefore: Int64 = 0,
    removals: [Int64: StreamID] = [:],
    sealedThrough: UInt64? = nil
  ) {
    self.now = now
    self.closedBefore = closedBefore
    self.removals = removals
    self.sealedThrough = sealedThrough
  }
}

/// How a step of a ``RollupMaintenance`` ended.
package enum MaintenanceProgress: Sendable, Equatable {
  /// Something was done and the set may be another one; there may be more to do.
  case worked
  /// There is nothing left to do.
  case idle
  /// Another process is at it; the set is as of now.
  case busy
}

/// The steps in which files of statistics come and go, each announced right after it was done, so that tests can crash
/// there.
package enum RollupStep: String, Sendable, CaseIterable {
  case removalsWritten
  case fileWritten
  case fileSynced
  case fileRenamed
  case closedWritten
  case fileRemoved
  case fileSetAside
}

/// Called at each step. Production does nothing there. What it throws goes on as if the step had thrown it.
package typealias RollupHook = @Sendable (RollupStep) throws -> Void

/// What happened to a partition's files of statistics since it was last asked.
package struct MaintenanceReport: Sendable, Equatable {
  /// Segments that were counted, and their events.
  package var segments = 0
  package var events = 0
  /// Names of files that were made, removed because nothing needs them any more, and found as they should be.
  package var made: [String] = []
  package var removed: [String] = []
  package var verified: [String] = []
  /// What was damaged and is made anew.
  package var damages: [RollupDamage] = []
  /// What was damaged and can't be made anew, since the archive doesn't hold it any more: where it is kept.
  package var lost: [RollupDamage] = []
  /// Segments that can't be counted; they count as empty until they can.
  package var segmentDamages: [String] = []
  /// Names of files that aren't of the statistics.
  package var foreign: [String] = []

  package init() {}

  package var isEmpty: Bool { self == MaintenanceReport() }
}

/// Lets one process at a time work on a partition's files, and says whether another one has done so meanwhile. The lock
/// ends with the process, or when it is unlocked.
struct MaintenanceLock {
  private let file: File
  private let owner: [UInt8]

  /// Nil when another process is at it.
  /// - Parameter owner: a name that nobody else has.
  static func take(_ path: String, owner: [UInt8]) throws(FileError) -> MaintenanceLock? {
    let file = try File.openOrCreate(path)
    guard try file.lock() else { return nil }
    return MaintenanceLock(file: file, owner: owner)
  }

  /// Whether we were the last one who claimed the files.
  func wasOurs() throws(FileError) -> Bool { try file.read(at: 0, count: owner.count + 1) == owner }

  /// Tells others that they can't rely on what they know.
  func claim() throws(FileError) {
    try file.truncate(to: 0)
    try file.write(owner)
  }

  func unlock() { file.unlock() }
}
