import HowUsedModel

/// Lets questions that are asked at about the same time be answered once: many pages of one bot are open at once, and each
/// asks the same every few seconds.
actor AnswerCache {
  enum Question: Hashable, Sendable {
    case chart(ChartQuery)
    case top(TopQuery)
    case retention(RetentionQuery)
    case summary(SummaryQuery)
  }

  private struct Key: Hashable {
    let bot: BotID
    let question: Question
    /// Through when things were counted when it was asked: so that all that a page asks for is as of one moment.
    let asOf: Int64
  }

  private struct Entry {
    let task: Task<any Sendable, any Error>
    let began: ContinuousClock.Instant
  }

  /// An answer is as old at most: no older than what is counted is by itself.
  private static let age = Duration.seconds(1)
  /// With more entries old ones are looked for.
  private static let limit = 1000

  private var entries: [Key: Entry] = [:]

  func answer<Answer: Sendable>(
    _ question: Question,
    _ bot: BotID,
    asOf: Int64,
    _ find: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    let key = Key(bot: bot, question: question, asOf: asOf)
    if let entry = entries[key], entry.began.duration(to: .now) < Self.age,
      let answer = try await entry.task.value as? Answer
    {
      return answer
    }
    if entries.count >= Self.limit { entries = entries.filter { $0.value.began.duration(to: .now) < Self.age } }
    let task = Task<any Sendable, any Error> { try await find() }
    entries[key] = Entry(task: task, began: .now)
    do {
      guard let answer = try await task.value as? Answer else { throw StatisticsUnavailable("the answer got lost") }
      return answer
    } catch {
      // Whoever asks next may have more luck.
      entries[key] = nil
      throw error
    }
  }
}
