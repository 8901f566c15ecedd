package import HowUsedModel

/// What answers questions about a bot.
///
/// All may throw ``StatisticsUnavailable``, `RequestError`, `RedisClientError` and `RedisServerError`.
package protocol StatisticsAnswering: Sendable {
  func chart(_ query: ChartQuery, bot: BotID) async throws -> ChartAnswer
  func top(_ query: TopQuery, bot: BotID) async throws -> TopAnswer
  func retention(_ query: RetentionQuery, bot: BotID) async throws -> RetentionAnswer
  /// The online counts of ``LiveHub/windows`` included.
  func summary(_ query: SummaryQuery, bot: BotID) async throws -> Summary
  /// The last events, the newest first.
  /// - Parameter limit: within ``RecentEvents/limits``.
  func recent(bot: BotID, limit: Int) async throws -> RecentEvents
}

/// How an answer is written.
package enum AnswerFormat: String, CaseIterable, Sendable {
  case json
  case csv

  package var mediaType: String {
    switch self {
    case .json: "application/json"
    case .csv: "text/csv; charset=utf-8"
    }
  }
}

/// Statistics can't be read now, but will be soon: 503, to be asked again after a second.
package struct StatisticsUnavailable: Error, Equatable, CustomStringConvertible {
  /// For a person: what is missing.
  package let description: String

  package init(_ description: String) { self.description = description }
}
