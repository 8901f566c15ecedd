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
    request.period = 2 * 86_400
    let timeline = try request.timeline(now: now / 1000)
    let today = Timeline(
      bounds: Array(timeline.bounds.suffix(2)),
      step: timeline.step,
      resolution: timeline.resolution,
      note: timeline.note
    )
    var summary = Summary()
    let counts = try await online.counts(bot, windows: Self.windows, now: now)
    summary.online = zip(Self.windows, counts).map { ($0, $1) }
    for metric in ChartMetric.allCases {
      let answer = try await charts.answer(ChartQuery(metric: metric, timeline: timeline), bot: bot)
      guard let values = answer.series.first?.values, values.count == 2 else { continue }
      let place: WritableKeyPath<Summary.Day, Int64> =
        switch metric {
        case .uses: \.uses
        case .users: \.users
        case .new: \.new
        case .online: \.peakOnline
        }
      summary.yesterday[keyPath: place] = values[0]
      summary.today[keyPath: place] = values[1]
      if answer.isApproximate { summary.isApproximate = true }
    }
    // The peak is looked at every few seconds; it can't be below what is seen right now.
    if let now = summary.online.first(where: { $0.seconds == Int(PeakSampler.window) })?.count {
      summary.today.peakOnline = max(summary.today.peakOnline, now)
    }
    summary.topEvents = try await top(.event, today, bot, &summary.isApproximate)
    for number in 1...3 {
      summary.topParams[number - 1] = try await top(.param(number), today, bot, &summary.isApproximate)
    }
    return summary
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
