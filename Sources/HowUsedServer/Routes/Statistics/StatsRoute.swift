import HTTPTypes
import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /stats`: one metric as a time series, or several when segmented.
  func stats(_ query: QueryString, _ request: Request) async throws -> Response {
    let bot = try access.bot(query, request)
    let format = try query["format"] ?? "json"
    guard format == "json" || format == "csv" else {
      throw RequestError(.badRequest, field: "format", "format must be json or csv")
    }
    let now = clock.nowSeconds
    let question = try ChartQueryParser(parameters: query.parameters, now: now).query()
    let answer = try await charts.answer(question, bot: bot.id)
    var body = ByteBuffer()
    if format == "csv" { answer.writeCSV(question, to: &body) } else { answer.writeJSON(question, to: &body) }
    var response = Self.answer(
      body,
      type: format == "csv" ? "text/csv; charset=utf-8" : "application/json",
      cacheControl: cacheControl(question, now),
      to: request
    )
    if format == "csv" {
      let name = "howused-\(bot.id)-\(question.metric.rawValue).csv"
      response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    }
    return response
  }

  /// Buckets that were closed long enough to be counted don't change, but for what is backfilled (up to 7 days) and for
  /// users whose registration is told later. `private`: the address holds a token.
  private func cacheControl(_ question: ChartQuery, _ now: Int64) -> String {
    let age = now - question.timeline.end
    if question.metric == .new || age < 10 { return "private, no-cache" }
    return age > Limits.backfillAge ? "private, max-age=3600" : "private, max-age=60"
  }
}
