import Synchronization

/// What has a size in memory, about, in bytes.
protocol ScanSized: Sendable {
  var size: Int { get }
}

/// What a scan knows after some groups of sections: it can go on from there.
protocol ScanState: ScanSized {
  /// Of the points. May be replaced by others that are the same up to where the last section ended.
  var bounds: [Int64] { get set }
  /// Whether more sections of the group that was added last may be added.
  var takesMore: Bool { get }
  /// What numbers the users that it knows.
  var directory: UserDirectory? { get }

  /// Sections of a group come next: all, or more of those that came last.
  /// - Parameters:
  ///   - group: its time, Unix seconds.
  ///   - mayGrow: whether more sections of it may come later.
  mutating func begin(_ group: Range<Int64>, mayGrow: Bool)
}

extension ScanState {
  var takesMore: Bool { true }
  var directory: UserDirectory? { nil }
  mutating func begin(_ group: Range<Int64>, mayGrow: Bool) {}
}

/// Keeps what scans gave, in bounded memory, so that the same question costs only what is new since: one entry for what
/// doesn't change any more, and another one for what is there by now.
final class ScanCache: Sendable {
  /// What was asked, but for the points' bounds.
  struct Key: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
      case uses
      case users
      case active
      case online
      case registrations
    }

    var kind: Kind
    var bot: Int64
    var filter: EventFilter
    var segment: ChartSegment?
    /// The series in their order.
    var names: [[UInt8]]
    var hasOther: Bool
    var updatesName: [UInt8]?
    var sampleBits: Int
    var start: Int64
    var step: Int64
    var base: BaseBucket
    /// Which of the series.
    var range: Range<Int>
    /// Whether it's of everything that is there, or only of what is in files and not of the last group.
    var isOpen = false
  }

  /// The sections of a group that are known.
  struct Group: Equatable, Sendable {
    /// Unix seconds.
    var time: Range<Int64>
    var identities: [String]

    init(_ group: SectionGroup) {
      time = group.time
      identities = group.places.map(\.identity)
    }
  }

  struct Entry: Sendable {
    var groups: [Group]
    var state: any ScanState
    /// Bytes of memory, about.
    let size: Int
    var used = 0

    init(groups: [Group], state: any ScanState) {
      self.groups = groups
      self.state = state
      size = state.size + 1024
    }

    /// Which sections of the last group that it knows have to be added; nil: it's of no use.
    func missing(_ all: [Group], _ bounds: [Int64]) -> Set<String>? {
      guard groups.count <= all.count, isOf(bounds) else { return nil }
      guard let last = groups.last else { return [] }
      guard groups.dropLast().elementsEqual(all.prefix(groups.count - 1)) else { return nil }
      let present = all[groups.count - 1]
      if present == last { return [] }
      guard state.takesMore, present.time == last.time else { return nil }
      let known = Set(last.identities)
      let missing = Set(present.identities).subtracting(known)
      return missing.count + known.count == present.identities.count ? missing : nil
    }

    /// Whether the points are those that it was made with, as far as it goes.
    private func isOf(_ bounds: [Int64]) -> Bool {
      let through = groups.last?.time.upperBound ?? .min
      guard let end = state.bounds.firstIndex(where: { $0 >= through }) else { return state.bounds == bounds }
      return bounds.count > end && state.bounds[...end] == bounds[...end]
    }
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var bots: [Int64: Bot] = [:]
    var bytes = 0
    var clock = 0

    mutating func insert(_ entry: Entry, _ key: Key) {
      remove(key)
      clock += 1
      entries[key] = entry
      entries[key]?.used = clock
      var bot = bots[key.bot] ?? Bot()
      bot.entries += 1
      if bot.directory == nil { bot.directory = entry.state.directory }
      let size = bot.directory?.size ?? 0
      bytes += entry.size + size - bot.directorySize
      bot.directorySize = size
      bots[key.bot] = bot
    }

    mutating func remove(_ key: Key) {
      guard let entry = entries.removeValue(forKey: key), var bot = bots[key.bot] else { return }
      bot.entries -= 1
      bytes -= entry.size + (bot.entries == 0 ? bot.directorySize : 0)
      bots[key.bot] = bot.entries == 0 ? nil : bot
    }
  }

  private struct Bot {
    var directory: UserDirectory?
    var directorySize = 0
    var entries = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  /// - Parameter limit: bytes, about.
  init(limit: Int = 128 << 20) { self.limit = limit }

  func find(_ key: Key) -> Entry? {
    state.withLock { state in
      guard var entry = state.entries[key] else { return nil }
      state.clock += 1
      entry.used = state.clock
      state.entries[key] = entry
      return entry
    }
  }

  /// What numbers the bot's users.
  func directory(of bot: Int64) -> UserDirectory {
    state.withLock { $0.bots[bot]?.directory } ?? UserDirectory()
  }

  /// For who has found an entry and puts another one in its place: what isn't kept here needn't be copied to be changed.
  func forget(_ key: Key) { state.withLock { $0.remove(key) } }

  func keep(_ entry: Entry, for key: Key) {
    guard entry.size <= limit / 2 else { return }
    state.withLock { state in
      state.insert(entry, key)
      guard state.bytes > limit else { return }
      // An eighth more, so that it isn't sorted again at once.
      for (key, _) in state.entries.map({ ($0.key, $0.value.used) }).sorted(by: { $0.1 < $1.1 }) {
        guard state.bytes > limit / 8 * 7 else { return }
        state.remove(key)
      }
    }
  }
}
