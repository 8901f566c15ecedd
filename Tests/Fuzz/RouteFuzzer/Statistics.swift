import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore
import Redis

@testable import HowUsedServer

/// All that the fuzzer knows of the statistics.
enum Statistics {
  static func addRoutes(
    to router: Router<ServerContext>,
    client: RedisClient,
    clock: RedisClock,
    registry: BotRegistry
  ) {
    let hub = LiveHub(
      client: client,
      keys: KeySchema(),
      clock: clock,
      recentUses: FuzzedAnswers(),
      logger: FuzzedServer.logger
    )
    StatisticsRoutes(
      answers: FuzzedAnswers(),
      client: client,
      keys: KeySchema(),
      clock: clock,
      registry: registry,
      hub: hub
    ).add(to: router)
  }

  /// Reads the parameters of an address in every way that a route does.
  static func read(_ parameters: [(name: String, value: String)], now: Int64) {
    let parser = QuestionParser(parameters: parameters, now: now)
    for query in (try? parser.charts()) ?? [] {
      let bounds = query.timeline.bounds
      precondition(bounds.count >= 2 && bounds.count <= 5012, "a chart's points")
      precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "a chart's points are in order")
      precondition(bounds.allSatisfy { $0 % query.timeline.base.seconds == 0 }, "a chart's points are of whole buckets")
    }
    if let query = try? parser.top() {
      precondition(TopQuery.limits.contains(query.limit) && query.offset >= 0, "rows")
    }
    if let query = try? parser.retentionQuery() {
      precondition((1...RetentionQuery.cohortLimit).contains(query.cohortCount), "cohorts")
      precondition(query.units.bounds.count > query.cohortCount, "cohorts have units")
    }
    if let query = try? parser.summary() { precondition(query.days.count == 3, "three days") }
    for (_, value) in parameters {
      guard let windows = try? StatisticsRoutes.windows(value) else { continue }
      precondition(windows.allSatisfy { (1...600).contains($0) } && (1...10).contains(windows.count), "windows")
    }
  }
}

/// Answers of the right shape, without anything behind them.
private struct FuzzedAnswers: StatisticsAnswering, RecentUsesReading {
  func chart(_ query: ChartQuery, bot: BotID) async throws -> ChartAnswer {
    let values = [Int64](repeating: 1, count: query.timeline.count)
    let names = query.metric == .active ? ChartAnswer.activeNames : [ChartAnswer.allName]
    var answer = ChartAnswer(asOf: 1, series: names.map { .init(name: $0, total: 1, values: values) })
    answer.previous = query.previous.map { previous in
      .init(name: ChartAnswer.allName, total: 0, values: [Int64](repeating: 0, count: previous.count))
    }
    return answer
  }

  func top(_ query: TopQuery, bot: BotID) async throws -> TopAnswer { TopAnswer(asOf: 1, total: 0, rows: []) }

  func retention(_ query: RetentionQuery, bot: BotID) async throws -> RetentionAnswer {
    let cohorts = (0..<query.cohortCount).map { number in
      RetentionAnswer.Cohort(size: 9, returned: Array(repeating: 1, count: query.units.count - number))
    }
    return RetentionAnswer(asOf: 1, cohorts: cohorts)
  }

  func summary(_ query: SummaryQuery, bot: BotID) async throws -> Summary {
    Summary(
      asOf: 1,
      today: .init(figures: .init(time: query.today), before: .init(time: query.yesterdayByNow)),
      yesterday: .init(figures: .init(time: query.yesterday), before: .init(time: query.dayBefore))
    )
  }

  func recent(bot: BotID, limit: Int) async throws -> RecentEvents { RecentEvents(asOf: 1, events: []) }

  func recentUses(of bots: Set<BotID>) async -> [BotID: RecentUses] { [:] }
}
