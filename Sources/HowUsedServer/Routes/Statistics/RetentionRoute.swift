import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /retention`: how many of those who registered in a day or week came back later.
  func retention(_ query: QueryString, _ request: Request) async throws -> Response {
    let bot = try access.bot(query, request).record
    let parser = parser(query)
    let format = try parser.format()
    let question = try parser.retentionQuery()
    let answer = try await answers.retention(question, bot: bot.id)
    var body = ByteBuffer()
    switch format {
    case .json: answer.writeJSON(question, to: &body)
    case .csv: answer.writeCSV(question, to: &body)
    }
    return Self.answer(body, format: format, file: "howused-\(bot.id)-retention", to: request)
  }
}
