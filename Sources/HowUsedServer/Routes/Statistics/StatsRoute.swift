import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /stats`: one metric as a time series, or several when segmented; several metrics one after the other.
  func stats(_ query: QueryString, _ request: Request) async throws -> Response {
    let bot = try access.bot(query, request).record
    let parser = parser(query)
    let format = try parser.format()
    let questions = try parser.charts()
    guard format == .json || questions.count == 1 else {
      throw RequestError(.badRequest, field: "metric", "a table has one metric: ask for each alone")
    }
    var body = ByteBuffer()
    if questions.count > 1 { body.writeString(#"{"ok":true,"charts":["#) }
    for (index, question) in questions.enumerated() {
      let answer = try await answers.chart(question, bot: bot.id)
      if index > 0 { body.writeString(",") }
      switch format {
      case .json: answer.writeJSON(question, to: &body)
      case .csv: answer.writeCSV(question, to: &body)
      }
    }
    if questions.count > 1 { body.writeString("]}") }
    return Self.answer(body, format: format, file: "howused-\(bot.id)-\(questions[0].metric.rawValue)", to: request)
  }
}
