import HTTPTypes
import HowUsedModel
import HowUsedStore
import Hummingbird

/// Who may read a bot's statistics: whoever has its view token, or its API token. It comes as the parameters `id` and
/// `token`, as in the hosted service's links, or as `id` and `Authorization: Bearer`.
struct StatisticsAccess: Sendable {
  let registry: BotRegistry

  /// The bot and what the token allows, or a refusal that is the same whatever was wrong.
  func bot(_ query: QueryString, _ request: Request) throws(RequestError) -> (record: BotRecord, access: BotAccess) {
    let snapshot = registry.snapshot
    guard snapshot.isLoaded else {
      throw RequestError(.notReady, "the bots aren't known yet", retryAfter: 1)
    }
    // Hashed before the bot is looked up, so that the time doesn't tell which bots there are.
    let token = (try query["token"] ?? Self.bearer(request)).map { TokenHash(of: $0) }
    guard let id = try query["id"].flatMap({ Int64($0) }).flatMap({ BotID(rawValue: $0) }),
      let token, let record = snapshot[id], let access = record.access(of: token)
    else { throw RequestError(.unauthorized, "unknown id or wrong token") }
    return (record, access)
  }

  private static func bearer(_ request: Request) -> String? {
    guard let header = request.headers[.authorization], header.prefix(7).lowercased() == "bearer " else { return nil }
    return String(header.dropFirst(7))
  }
}
