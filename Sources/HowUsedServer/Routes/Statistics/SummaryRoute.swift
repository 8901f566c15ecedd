import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /summary`: today, yesterday and online now.
  func summary(_ query: QueryString, _ request: Request) async throws -> Response {
    let bot = try access.bot(query, request).record
    let question = try parser(query).summary()
    let answer = try await answers.summary(question, bot: bot.id)
    var body = ByteBuffer()
    answer.writeJSON(question, bot: bot.id, name: bot.name, to: &body)
    return Self.answer(body, to: request)
  }
}
