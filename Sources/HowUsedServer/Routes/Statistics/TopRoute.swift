import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /top`: events or values of a param, the largest first.
  func top(_ query: QueryString, _ request: Request) async throws -> Response {
    let bot = try access.bot(query, request).record
    let question = try parser(query).top()
    let answer = try await answers.top(question, bot: bot.id)
    var body = ByteBuffer()
    answer.writeJSON(question, to: &body)
    return Self.answer(body, to: request)
  }
}
