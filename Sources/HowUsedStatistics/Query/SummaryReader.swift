package import HowUsedModel
package import HowUsedStore
package import Redis

/// Reads a bot's ``Summary``.
package struct SummaryReader: Sendable {
  package static let windows = [60, 120, 300, 600]
  /// The most rows of a table.
  static let rows = 10

  private let charts: ChartReader
  private let online: OnlineReader

  package init(client: RedisClient, schema: KeySchema) {
    charts = ChartReader(client: client, schema: schema)
    online = OnlineReader(client: client, schema: schema)
  }

  /// - Parameter now: Redis's time, in Unix milliseconds.
  package func summary(_ bot: BotID, days: LocalDays, isUTC: Bool, now: Int64) async throws -> Summary {
    var request = TimelineRequest()
    request.days = days
    request.isUTC = isUTC
    request.step = 86_400
    request.period = 3 * 86_400
    let timeline = try request.timeline(now: now / 1000)
    var summary = try await self.days(timeline, bot, isUTC ? .utc : days, now: now / 1000)
    summary.note = timeline.note
    let counts = try await online.counts(bot, windows: Self.windows, now: now)
    summary.online = zip(Self.windows, counts).map { .init(seconds: $0, count: $1) }
    // The peak is looked at every few seconds; it can't be below what is seen right now.
    if let now = summary.online.first(where: { $0.seconds == Int(PeakSampler.window) })?.count {
      summary.today.figures.peakOnline = max(summary.today.figures.peakOnline, now)
    }
    let today = Timeline(bounds: Array(timeline.bounds.suffix(2)), step: timeline.step, resolution: timeline.resolution)
    summary.topEvents = try await top(.event, today, bot, &summary.isApproximate)
    for number in 1...3 {
      summary.topParams[number - 1] = try await top(.param(number), today, bot, &summary.isApproximate)
    }
    return summary
  }

  /// The last two of three days. A day that isn't over is compared with what the day before had by the same time of day,
  /// to the nearest minute; otherwise every morning would look like a collapse.
  private func days(_ timeline: Timeline, _ bot: BotID, _ days: LocalDays, now: Int64) async throws -> Summary {
    let bounds = timeline.bounds
    let byNow = min(max((days.dayBefore(now) + 30) / 60 * 60, bounds[1]), bounds[2])
    return try await charts.consistently(bot) { statistics in
      var reader = FiguresReader(reader: charts, statistics: statistics)
      func figures(_ from: Int64, _ to: Int64, _ finest: Resolution) async throws -> Summary.Figures {
        try await reader.figures(from..<to, finest: finest)
      }
      let yesterday = try await figures(bounds[1], bounds[2], timeline.resolution)
      var summary = Summary(
        today: .init(
          figures: try await figures(bounds[2], bounds[3], timeline.resolution),
          before: try await figures(bounds[1], byNow, .minute)
        ),
        yesterday: .init(
          figures: yesterday,
          before: try await figures(bounds[0], bounds[1], timeline.resolution)
        )
      )
      summary.isApproximate = reader.isApproximate
      return summary
    }
  }

  private func top(
    _ segment: ChartSegment,
    _ timeline: Timeline,
    _ bot: BotID,
    _ isApproximate: inout Bool
  ) async throws -> [Summary.Row] {
    var query = ChartQuery(metric: .uses, timeline: timeline)
    query.segment = segment
    let uses = try await charts.answer(query, bot: bot)
    // A bot without params has one "value", the empty one; asking further would find nothing.
    guard uses.series.contains(where: { !$0.name.isEmpty }) else { return [] }
    query.metric = .users
    let users = try await charts.answer(query, bot: bot)
    if users.isApproximate { isApproximate = true }
    let totals = Dictionary(users.series.map { ($0.name, $0.total) }) { first, _ in first }
    return uses.series.filter { !$0.name.isEmpty }.prefix(Self.rows).map { series in
      Summary.Row(name: series.name, uses: series.total, users: totals[series.name] ?? 0)
    }
  }
}
