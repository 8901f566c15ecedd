import HTTPTypes
import HowUsedModel
package import HowUsedStatistics
package import HowUsedStore
package import Hummingbird
import Logging
import NIOCore
package import Redis

/// What reads statistics: `/stats`, `/summary`, `/top`, `/retention`, `/events`, `/online`, `/live`, and their description at
/// `/openapi.json`.
///
/// Pages of other sites may use them too (CORS): they only read, and only with a token.
package struct StatisticsRoutes: Sendable {
  private let access: StatisticsAccess
  private let answers: any StatisticsAnswering
  private let retention: StatisticsRetention
  let onlineReader: OnlineReader
  let clock: RedisClock
  let hub: LiveHub

  /// - Parameters:
  ///   - retention: of what `answers` reads.
  ///   - client: of its own, or shared with other services that read.
  ///   - hub: runs as a service.
  package init(
    answers: any StatisticsAnswering,
    retention: StatisticsRetention = StatisticsRetention(),
    client: RedisClient,
    keys: KeySchema,
    clock: RedisClock,
    registry: BotRegistry,
    hub: LiveHub
  ) {
    access = StatisticsAccess(registry: registry)
    self.answers = answers
    self.retention = retention
    onlineReader = OnlineReader(client: client, keys: keys)
    self.clock = clock
    self.hub = hub
  }

  package func add(to router: some RouterMethods<ServerContext>) {
    add("/stats", to: router, stats)
    add("/summary", to: router, summary)
    add("/top", to: router, top)
    add("/retention", to: router, retention)
    add("/events", to: router, events)
    add("/online", to: router, online)
    add("/live", to: router, live)
    addOpen("/openapi.json", to: router) { _, request, _ in OpenAPIRoute.response(to: request) }
  }

  /// A question about a bot by somebody who may read its statistics.
  struct Call {
    let bot: BotRecord
    let access: BotAccess
    /// Whether the token is still good.
    let isAllowed: @Sendable () -> Bool
    let query: QueryString
    let request: Request
    let context: ServerContext
    let parser: QuestionParser
  }

  private func add(
    _ path: RouterPath,
    to router: some RouterMethods<ServerContext>,
    _ answer: @escaping @Sendable (Call) async throws -> Response
  ) {
    addOpen(path, to: router) { query, request, context in
      let (bot, token, access) = try self.access.bot(query, request)
      let isAllowed: @Sendable () -> Bool = { [registry = self.access.registry] in
        registry.snapshot[bot.id]?.access(of: token) != nil
      }
      let parser = QuestionParser(parameters: query.parameters, now: clock.nowSeconds, retention: retention)
      return try await answer(
        Call(
          bot: bot,
          access: access,
          isAllowed: isAllowed,
          query: query,
          request: request,
          context: context,
          parser: parser
        )
      )
    }
  }

  /// A route that needs no token.
  private func addOpen(
    _ path: RouterPath,
    to router: some RouterMethods<ServerContext>,
    _ answer: @escaping @Sendable (QueryString, Request, ServerContext) async throws -> Response
  ) {
    router.get(path) { request, context in
      var response: Response
      do {
        response = try await answer(try QueryString(request.uri.query ?? ""), request, context)
      } catch {
        response = Response(Self.requestError(error, context))
        response.headers[.cacheControl] = "no-store"
      }
      response.headers.append(contentsOf: Self.corsHeaders)
      return response
    }
    router.on(path, method: .options) { _, _ in Response(status: .noContent, headers: Self.preflightHeaders) }
  }

  // MARK: Answers

  /// `GET /stats`: one metric as a time series, or several when segmented; several metrics one after the other.
  private func stats(_ call: Call) async throws -> Response {
    let format = try call.parser.format()
    let questions = try call.parser.charts()
    guard format == .json || questions.count == 1 else {
      throw RequestError(.badRequest, field: "metric", "a table has one metric: ask for each alone")
    }
    var body = ByteBuffer()
    if questions.count > 1 { body.writeString(#"{"ok":true,"charts":["#) }
    for (index, question) in questions.enumerated() {
      let answer = try await answers.chart(question, bot: call.bot.id)
      if index > 0 { body.writeString(",") }
      switch format {
      case .json: answer.writeJSON(question, to: &body)
      case .csv: answer.writeCSV(question, to: &body)
      }
    }
    if questions.count > 1 { body.writeString("]}") }
    return Self.answer(
      body,
      format: format,
      file: "howused-\(call.bot.id)-\(questions[0].metric.rawValue)",
      to: call.request
    )
  }

  /// `GET /summary`: today, yesterday and online now.
  private func summary(_ call: Call) async throws -> Response {
    let question = try call.parser.summary()
    let answer = try await answers.summary(question, bot: call.bot.id)
    var body = ByteBuffer()
    answer.writeJSON(question, bot: call.bot.id, name: call.bot.name, to: &body)
    return Self.answer(body, to: call.request)
  }

  /// `GET /top`: events or values of a param, the largest first.
  private func top(_ call: Call) async throws -> Response {
    let question = try call.parser.top()
    let answer = try await answers.top(question, bot: call.bot.id)
    var body = ByteBuffer()
    answer.writeJSON(question, to: &body)
    return Self.answer(body, to: call.request)
  }

  /// `GET /retention`: how many of those who registered in a day or week came back later.
  private func retention(_ call: Call) async throws -> Response {
    let format = try call.parser.format()
    let question = try call.parser.retentionQuery()
    let answer = try await answers.retention(question, bot: call.bot.id)
    var body = ByteBuffer()
    switch format {
    case .json: answer.writeJSON(question, to: &body)
    case .csv: answer.writeCSV(question, to: &body)
    }
    return Self.answer(body, format: format, file: "howused-\(call.bot.id)-retention", to: call.request)
  }

  /// `GET /events`: the bot's last events. Who has the view token only isn't told whose they are.
  private func events(_ call: Call) async throws -> Response {
    let limit = try call.parser.recentLimit()
    let answer = try await answers.recent(bot: call.bot.id, limit: limit)
    var body = ByteBuffer()
    answer.writeJSON(showsUsers: call.access == .api, to: &body)
    return Self.answer(body, to: call.request)
  }

  // MARK: Errors

  private static func requestError(_ error: any Error, _ context: ServerContext) -> RequestError {
    switch error {
    case let error as RequestError: return error
    case let error as StatisticsUnavailable:
      return RequestError(.notReady, error.description, retryAfter: 1)
    case let error as RedisClientError:
      return error == .queueFull
        ? RequestError(.overloaded, "too much is waiting", retryAfter: 1)
        : RequestError(.redisUnavailable, "storage is not reachable", retryAfter: 1)
    case let error as RedisServerError:
      context.logger.warning("statistics can't be read", metadata: ["error": "\(error)"])
      return RequestError(.redisUnavailable, "storage can't be read now", retryAfter: 1)
    default:
      context.logger.error("statistics can't be read", metadata: ["error": "\(error)"])
      return RequestError(.internalError, "see the server's log")
    }
  }

  // MARK: Headers

  private static let corsHeaders: HTTPFields = {
    var fields = HTTPFields()
    fields[.accessControlAllowOrigin] = "*"
    fields[.accessControlExposeHeaders] = "ETag, Retry-After"
    fields[.xContentTypeOptions] = "nosniff"
    return fields
  }()

  private static let preflightHeaders: HTTPFields = {
    var fields = corsHeaders
    fields[.accessControlAllowMethods] = "GET, HEAD, OPTIONS"
    fields[.accessControlAllowHeaders] = "Authorization, If-None-Match"
    fields[.accessControlMaxAge] = "86400"
    fields[.allow] = "GET, HEAD, OPTIONS"
    return fields
  }()

  /// An answer with its `ETag`; without its body when the client has it already. By default it may be kept by who asked,
  /// since the address holds a token, and must be asked for again, since late events change what was.
  static func answer(
    _ body: ByteBuffer,
    format: AnswerFormat = .json,
    cacheControl: String = "private, no-cache",
    to request: Request
  ) -> Response {
    let etag = EntityTag.strong(of: body)
    var headers: HTTPFields = [.eTag: etag, .cacheControl: cacheControl, .contentType: format.mediaType]
    if EntityTag.matches(request.headers[.ifNoneMatch], etag: etag) {
      headers[.contentType] = nil
      return Response(status: .notModified, headers: headers)
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
  }

  /// An answer to be saved as a file if it's a table.
  static func answer(_ body: ByteBuffer, format: AnswerFormat, file: String, to request: Request) -> Response {
    var response = answer(body, format: format, to: request)
    if format == .csv { response.headers[.contentDisposition] = "attachment; filename=\"\(file).csv\"" }
    return response
  }
}

/// Who may read a bot's statistics: whoever has its view token, or its API token. It comes as the parameters `id` and
/// `token`, as in the hosted service's links, or as `id` and `Authorization: Bearer`.
private struct StatisticsAccess: Sendable {
  let registry: BotRegistry

  /// The bot and what the token allows, or a refusal that is the same whatever was wrong.
  func bot(
    _ query: QueryString,
    _ request: Request
  ) throws(RequestError) -> (record: BotRecord, token: TokenHash, access: BotAccess) {
    let snapshot = registry.snapshot
    guard snapshot.isLoaded else {
      throw RequestError(.notReady, "the bots aren't known yet", retryAfter: 1)
    }
    // Hashed before the bot is looked up, so that the time doesn't tell which bots there are.
    let token = (try query["token"] ?? BearerToken.of(request)).map { TokenHash(of: $0) }
    guard let id = try query["id"].flatMap({ Int64($0) }).flatMap({ BotID(rawValue: $0) }),
      let token, let record = snapshot[id], let access = record.access(of: token)
    else { throw RequestError(.unauthorized, "unknown id or wrong token") }
    return (record, token, access)
  }
}
