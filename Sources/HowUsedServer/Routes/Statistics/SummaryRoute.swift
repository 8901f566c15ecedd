import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /summary`: today, yesterday and online now.
  func summary(_ query: QueryString, _ request: Request) async throws -> Response {
    let bot = try access.bot(query, request)
    let now = clock.nowMilliseconds
    let time = try ChartQueryParser(parameters: query.parameters, now: now / 1000).timelineRequest()
    let summary = try await summaries.summary(bot.id, days: time.days, isUTC: time.isUTC, now: now)
    var body = ByteBuffer()
    summary.writeJSON(bot: bot.id, name: bot.name, zone: time.isUTC ? "UTC" : try query["tz"] ?? "UTC", to: &body)
    return Self.answer(body, type: "application/json", cacheControl: "private, no-cache", to: request)
  }
}
