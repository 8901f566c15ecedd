import HowUsedModel
import HowUsedStatistics
import Synchronization

/// Answers every question with the same, and remembers what was asked.
final class FakeStatistics: StatisticsAnswering, RecentUsesReading {
  enum Question: Hashable {
    case chart(ChartQuery)
    case top(TopQuery)
    case retention(RetentionQuery)
    case summary(SummaryQuery)
    case recent(Int)
  }

  private struct State {
    var asked: [Question] = []
    var error: (any Error)?
    var asOf: Int64 = 1_795_341_600_123
  }

  private let state = Mutex(State())

  var asked: [Question] { state.withLock { $0.asked } }

  /// Throws it at whoever asks from now on.
  func fail(_ error: (any Error)?) { state.withLock { $0.error = error } }

  func count(through asOf: Int64) { state.withLock { $0.asOf = asOf } }

  /// Returns through when everything is counted.
  private func ask(_ question: Question) throws -> Int64 {
    try state.withLock { state in
      state.asked.append(question)
      if let error = state.error { throw error }
      return state.asOf
    }
  }

  func chart(_ query: ChartQuery, bot: BotID) async throws -> ChartAnswer {
    let zeros = [Int64](repeating: 0, count: query.timeline.count)
    let names =
      query.metric == .active
      ? ChartAnswer.activeNames
      : query.segment == nil
        ? [ChartAnswer.allName] : [JSONText.escaped("<img src=x \"1\">"), [], ChartAnswer.otherName]
    var answer = ChartAnswer(
      asOf: try ask(.chart(query)),
      series: names.map { .init(name: $0, total: 0, values: zeros) }
    )
    answer.previous = query.previous.map {
      .init(name: ChartAnswer.allName, total: 0, values: [Int64](repeating: 0, count: $0.count))
    }
    return answer
  }

  func top(_ query: TopQuery, bot: BotID) async throws -> TopAnswer {
    let row = TopAnswer.Row(name: JSONText.escaped("старт"), uses: 3, users: 2, new: 1, usesBefore: 0, usersBefore: 4)
    return TopAnswer(asOf: try ask(.top(query)), total: 12, rows: [row])
  }

  func retention(_ query: RetentionQuery, bot: BotID) async throws -> RetentionAnswer {
    let cohorts = (0..<query.cohortCount).map { number in
      RetentionAnswer.Cohort(size: 9, returned: (0..<query.units.count - number).map { Int64($0) })
    }
    return RetentionAnswer(asOf: try ask(.retention(query)), cohorts: cohorts)
  }

  func summary(_ query: SummaryQuery, bot: BotID) async throws -> Summary {
    var summary = Summary(
      asOf: try ask(.summary(query)),
      today: .init(figures: .init(time: query.today), before: .init(time: query.yesterdayByNow)),
      yesterday: .init(figures: .init(time: query.yesterday), before: .init(time: query.dayBefore))
    )
    summary.online = LiveHub.windows.map { .init(seconds: $0, count: 0) }
    return summary
  }

  func recent(bot: BotID, limit: Int) async throws -> RecentEvents {
    let asOf = try ask(.recent(limit))
    guard let user = UserID(rawValue: 7042) else { return RecentEvents(asOf: asOf, events: []) }
    let event = RecentEvents.Event(id: StreamID(milliseconds: 5), time: 5, user: user, event: JSONText.escaped("abc"))
    return RecentEvents(asOf: asOf, events: [event])
  }

  func recentUses(of bots: Set<BotID>) async -> [BotID: RecentUses] {
    Dictionary(uniqueKeysWithValues: bots.map { ($0, RecentUses(usesLastMinute: 7, asOf: state.withLock { $0.asOf })) })
  }
}
