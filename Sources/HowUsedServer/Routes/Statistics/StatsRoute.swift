import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /stats`: one metric as a time series, or several when segmented.
  func stats(_ query: QueryString, _ request: Request) async throws -> Response {
    let bot = try access.bot(query, request).record
    let parser = parser(query)
    let format = try parser.format()
    let question = try parser.chart()
    let answer = try await answers.chart(question, bot: bot.id)
    var body = ByteBuffer()
    switch format {
    case .json: answer.writeJSON(question, to: &body)
    case .csv: answer.writeCSV(question, to: &body)
    }
    return Self.answer(body, format: format, file: "howused-\(bot.id)-\(question.metric.rawValue)", to: request)
  }
}
