import HowUsedModel

/// What of an answer its cache has to know.
protocol CachedAnswer: Sendable {
  /// Bytes of memory, about.
  var size: Int { get }
}

/// Lets a question be answered once as long as nothing changes that is counted: many pages of one bot are open at once, and
/// each asks the same every few seconds; most bots are quiet meanwhile.
actor AnswerCache {
  enum Question: Hashable, Sendable {
    case chart(ChartQuery)
    case top(TopQuery)
    case retention(RetentionQuery)
    case summary(SummaryQuery)
    /// Who is online in a second (Unix).
    case online(Int64)
  }

  private struct Key: Hashable {
    let bot: BotID
    let question: Question
  }

  private struct Entry {
    let version: BotVersion
    let task: Task<any CachedAnswer, any Error>
    /// Which of all entries it is.
    let number: Int
    var used: Int
    var size = 1024
  }

  /// Entries, and bytes of what was answered, about: with more those that weren't used for the longest time are dropped.
  private static let limits = (entries: 2000, bytes: 16 << 20)

  private var entries: [Key: Entry] = [:]
  private var bytes = 0
  private var clock = 0

  /// - Parameter version: of what is counted. What `find` gives must be of it, or of a later one.
  func answer<Answer: CachedAnswer>(
    _ question: Question,
    _ bot: BotID,
    _ version: BotVersion,
    _ find: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    clock += 1
    let key = Key(bot: bot, question: question)
    if var entry = entries[key], entry.version == version {
      entry.used = clock
      entries[key] = entry
      if let answer = try await entry.task.value as? Answer { return answer }
    }
    let number = clock
    let task = Task<any CachedAnswer, any Error> { try await find() }
    remove(key)
    entries[key] = Entry(version: version, task: task, number: number, used: clock)
    bytes += 1024
    do {
      guard let answer = try await task.value as? Answer else { throw StatisticsUnavailable("the answer got lost") }
      finished(key, number, answer.size)
      return answer
    } catch {
      // Whoever asks next may have more luck.
      if entries[key]?.number == number { remove(key) }
      throw error
    }
  }

  private func finished(_ key: Key, _ number: Int, _ size: Int) {
    // Another one may have taken its place meanwhile.
    guard entries[key]?.number == number else { return }
    entries[key]?.size += size
    bytes += size
    guard entries.count > Self.limits.entries || bytes > Self.limits.bytes else { return }
    // A quarter more, so that it isn't sorted again at once.
    for (key, _) in entries.sorted(by: { $0.value.used < $1.value.used }) {
      guard entries.count > Self.limits.entries * 3 / 4 || bytes > Self.limits.bytes * 3 / 4 else { return }
      remove(key)
    }
  }

  private func remove(_ key: Key) {
    guard let entry = entries.removeValue(forKey: key) else { return }
    bytes -= entry.size
  }
}

extension ChartAnswer: CachedAnswer {
  var size: Int { series.reduce(0) { $0 + $1.values.count * 8 + 64 } + (previous?.values.count ?? 0) * 8 }
}

extension TopAnswer: CachedAnswer {
  var size: Int { rows.reduce(0) { $0 + $1.name.count + 80 } }
}

extension RetentionAnswer: CachedAnswer {
  var size: Int { cohorts.reduce(0) { $0 + $1.returned.count * 8 + 64 } }
}

extension Summary: CachedAnswer {
  var size: Int { (topParams + [topEvents]).joined().reduce(512) { $0 + $1.name.count + 64 } }
}

extension [Summary.Online]: CachedAnswer {
  var size: Int { count * 16 }
}

/// Which events of a bot are counted, and as what. As long as it's the same every answer is, too.
struct BotVersion: Hashable, Sendable {
  /// How often something changed but by more events: files, names, removals.
  var changes: UInt64 = 0
  /// How many events were counted since then, at least.
  var arrivals: UInt64 = 0
}
