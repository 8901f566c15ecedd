import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /events`: the bot's last events. Who has the view token only isn't told whose they are.
  func events(_ query: QueryString, _ request: Request) async throws -> Response {
    let (bot, access) = try access.bot(query, request)
    let limit = try parser(query).recentLimit()
    let answer = try await answers.recent(bot: bot.id, limit: limit)
    var body = ByteBuffer()
    answer.writeJSON(showsUsers: access == .api, to: &body)
    return Self.answer(body, to: request)
  }
}
