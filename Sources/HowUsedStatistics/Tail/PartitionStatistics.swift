import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Synchronization

/// What is known of one partition: the files, and the events behind them. Both change together, so that each event counts
/// once at every moment.
final class PartitionStatistics: Sendable {
  private struct State {
    var files: RollupSet
    var tail = PartitionTail()
    /// Read anew, from a Redis that may have lost some of it; takes the tail's place when it's as far as Redis.
    var fresh: PartitionTail?
    /// Whether the files were looked at yet.
    var isLoaded = false
    /// Whether it's brought up to date now: at the start nobody knows better.
    var isFollowed = true
    /// Through when everything that arrived is counted: Unix milliseconds; 0: not known.
    var asOf: Int64 = 0
    /// The names that updates count as, by bot.
    var updatesNames: [Int64: [UInt8]] = [:]
    var removals: [Int64: StreamID] = [:]
    /// The last segment that was there when the removals were read; 0: they weren't yet.
    var sealedThrough: UInt64 = 0
    /// How often something changed but by more events.
    var changes: UInt64 = 0
    var lastRequested: ContinuousClock.Instant?
  }

  let partition: Partition
  private let state: Mutex<State>

  init(_ partition: Partition) {
    self.partition = partition
    state = Mutex(State(files: RollupSet(partition)))
  }

  // MARK: For who brings it up to date

  var files: RollupSet { state.withLock { $0.files } }
  var isLoaded: Bool { state.withLock { $0.isLoaded } }

  /// Whether it is brought up to date: because it's archived here, or somebody asks for its bots.
  var isFollowed: Bool {
    get { state.withLock { $0.isFollowed } }
    set { state.withLock { $0.isFollowed = newValue } }
  }

  /// Takes other files, and lets go of what is in them.
  func publish(_ files: RollupSet) {
    state.withLock { state in
      if state.files != files { state.changes += 1 }
      state.files = files
      state.isLoaded = true
      state.tail.drop(through: files.through.last)
      state.fresh?.drop(through: files.through.last)
    }
  }

  /// Where to read on; nil: not now.
  var readPosition: StreamID? {
    state.withLock { state in
      let tail = state.fresh ?? state.tail
      return state.isLoaded && !tail.isFull ? tail.position : nil
    }
  }

  /// The last entry that is counted.
  var position: StreamID? { state.withLock { $0.isLoaded ? ($0.fresh ?? $0.tail).position : nil } }

  /// - Parameters:
  ///   - position: behind which the entries were read; if it's another one by now they are dropped.
  ///   - asOf: when they were asked for, if there was nothing behind them.
  /// - Returns: entries that are no events.
  func add(_ entries: StreamEntries, after position: StreamID, asOf: Int64?) -> Int {
    state.withLock { state in
      // Without a copy of it beside.
      var tail = state.fresh ?? state.tail
      guard tail.position == position else { return 0 }
      let isFresh = state.fresh != nil
      if isFresh { state.fresh = nil } else { state.tail = PartitionTail() }
      let malformed = tail.malformed
      tail.add(entries)
      if isFresh, asOf == nil {
        state.fresh = tail
      } else {
        state.tail = tail
        if isFresh { state.changes += 1 }
      }
      if let asOf { state.asOf = max(state.asOf, asOf) }
      return tail.malformed - malformed
    }
  }

  /// Reads all again that isn't in files: Redis may have lost some of it. Until that is done what was read counts.
  func restart() {
    state.withLock { state in
      var fresh = PartitionTail()
      fresh.drop(through: state.tail.base)
      fresh.remove(state.removals)
      state.fresh = fresh
    }
  }

  /// - Parameters:
  ///   - removals: bots that were removed, up to which id.
  ///   - sealedThrough: the last segment that was there before they were read.
  ///   - updatesNames: the names that updates count as, as stored.
  /// - Returns: whether there are segments now that there weren't before.
  func set(removals: [Int64: StreamID], sealedThrough: UInt64, updatesNames: [Int64: [UInt8]]) -> Bool {
    state.withLock { state in
      if state.updatesNames != updatesNames { state.changes += 1 }
      let isLonger = sealedThrough > state.sealedThrough
      state.updatesNames = updatesNames
      state.sealedThrough = sealedThrough
      let merged = state.files.removals.merging(removals) { max($0, $1) }
      guard merged != state.removals else { return isLonger }
      state.changes += 1
      state.removals = merged
      state.tail.remove(merged)
      state.fresh?.remove(merged)
      return isLonger
    }
  }

  /// Everything of a bot up to here was removed.
  func removal(of bot: BotID) -> StreamID { state.withLock { $0.removals[bot.rawValue] } ?? .zero }

  /// What the files are made by.
  func maintenanceInput(now: Int64) -> MaintenanceInput {
    state.withLock { state in
      MaintenanceInput(
        now: now,
        // An event may have got its id a moment before it can be read.
        closedBefore: state.tail.isEmpty && state.fresh == nil && state.asOf > 0 ? state.asOf / 1000 - 60 : 0,
        removals: state.removals,
        sealedThrough: state.sealedThrough
      )
    }
  }

  /// Through when everything that arrived is counted: Unix milliseconds; 0: not known.
  var asOf: Int64 { state.withLock { $0.asOf } }

  // MARK: For who asks

  /// When somebody asked last.
  var lastRequested: ContinuousClock.Instant? { state.withLock { $0.lastRequested } }

  func markRequested() { state.withLock { $0.lastRequested = .now } }

  /// What is counted of a bot.
  /// - Throws: `ZstdError`.
  func look(at bot: BotID) throws -> TailLook {
    try state.withLock { try $0.tail.look(at: bot.rawValue, changes: $0.changes, asOf: $0.asOf) }
  }

  /// - Throws: `ZstdError`.
  func snapshot(of bot: BotID) throws -> BotSections {
    try state.withLock { state in
      state.lastRequested = .now
      let look = try state.tail.look(at: bot.rawValue, changes: state.changes, asOf: state.asOf)
      return BotSections(
        bot: bot.rawValue,
        files: state.files,
        removal: state.removals[bot.rawValue] ?? state.files.removals[bot.rawValue],
        tail: look.sections,
        asOf: look.asOf,
        updatesName: state.updatesNames[bot.rawValue]
      )
    }
  }

  func recentEvents(of bot: BotID, _ limit: Int) -> (events: [RecentEvents.Event], asOf: Int64) {
    state.withLock { state in
      state.lastRequested = .now
      return (state.tail.recentEvents(of: bot.rawValue, limit), state.asOf)
    }
  }

  func usesInLastMinute(of bot: BotID, at milliseconds: Int64) -> (uses: Int64, asOf: Int64) {
    state.withLock { state in
      state.lastRequested = .now
      return (state.tail.usesInLastMinute(of: bot.rawValue, at: milliseconds), state.asOf)
    }
  }

  var counted: (events: Int, malformed: Int) { state.withLock { ($0.tail.counted, $0.tail.malformed) } }
}
